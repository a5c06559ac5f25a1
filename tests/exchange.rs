//! A model out of the engine as a file for PyTorch, and back into it. Against PyTorch itself: `tests/reference/check_export.py`.
#![cfg(feature = "cpu")]

use std::path::{Path, PathBuf};

use burn::tensor::Device;
use latentscape::data::model_file::ModelFile;
use latentscape::engine::burn_learner::BurnLearner;
use latentscape::engine::learner::Learner;
use latentscape::nn::exchange::to_file;
use latentscape::nn::layout::Layout;
use latentscape::nn::weights::fresh;
use latentscape::protocol::{DeviceInfo, DeviceKind, NoticeKind};
use latentscape::spec::presets::Preset;
use latentscape::spec::{ModelSpec, RunSpec};
use pollster::block_on;

fn learner() -> BurnLearner {
    BurnLearner::new(Device::flex(), DeviceInfo { kind: DeviceKind::Cpu, adapter: String::new() })
}

fn model_of(file: &[u8]) -> ModelSpec {
    ModelFile::open(file).unwrap().model(&ModelSpec::mlp(&[])).unwrap()
}

fn tensors(file: &[u8], model: &ModelSpec) -> Vec<Vec<f32>> {
    let open = ModelFile::open(file).unwrap();
    open.names_of(model).unwrap().iter().map(|name| open.values(name).unwrap()).collect()
}

fn moons() -> RunSpec {
    Preset::Moons.spec()
}

#[test]
fn a_model_in_training_goes_out_with_its_run_and_another_engine_decodes_the_same() {
    let run = moons();
    let mut here = learner();
    here.begin(&run).unwrap();
    (0..20).for_each(|_| here.step());
    let file = block_on(here.export()).unwrap();
    let open = ModelFile::open(&file).unwrap();
    assert_eq!(open.run().unwrap(), Some(run.clone()));
    let mut there = learner();
    there.load(&model_of(&file), &file).unwrap();
    let z = [0.3, -0.7, 1.5, 0.2];
    assert_eq!(block_on(here.decode(&z)).unwrap(), block_on(there.decode(&z)).unwrap());
    here.step();
    let later = block_on(here.export()).unwrap();
    assert_ne!(tensors(&later, &run.model), tensors(&file, &run.model), "as it is when it is asked for");
    let again = block_on(there.export()).unwrap();
    assert_eq!(ModelFile::open(&again).unwrap().run().unwrap(), Some(run.clone()), "what made it is not forgotten");
    assert_eq!(tensors(&again, &run.model), tensors(&file, &run.model));
    there.begin(&RunSpec { seed: 9, ..run.clone() }).unwrap();
    let own = block_on(there.export()).unwrap();
    assert_eq!(ModelFile::open(&own).unwrap().run().unwrap().map(|run| run.seed), Some(9), "a new run is its own");
}

#[test]
fn training_goes_on_from_a_file_that_was_taken_away() {
    let run = moons();
    let mut here = learner();
    here.begin(&run).unwrap();
    (0..5).for_each(|_| here.step());
    let file = block_on(here.export()).unwrap();
    let mut there = learner();
    there.begin_from(&run, &file).unwrap();
    assert_eq!(tensors(&block_on(there.export()).unwrap(), &run.model), tensors(&file, &run.model));
    there.step();
    assert_ne!(tensors(&block_on(there.export()).unwrap(), &run.model), tensors(&file, &run.model));
}

#[test]
fn every_shipped_model_can_be_taken_away_and_brought_back() {
    let shelf = Path::new(env!("CARGO_MANIFEST_DIR")).join("pretrained");
    let entries = |path: &Path| std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).collect::<Vec<_>>();
    let folders = entries(&shelf).into_iter().filter(|path| path.is_dir());
    let files: Vec<PathBuf> = folders
        .flat_map(|folder| entries(&folder))
        .filter(|path| path.to_string_lossy().ends_with("weights.safetensors"))
        .collect();
    assert!(files.len() > 13, "{}", files.len());
    for path in files {
        let shipped = std::fs::read(&path).unwrap();
        let model = model_of(&shipped);
        let (mut here, mut there) = (learner(), learner());
        here.load(&model, &shipped).unwrap();
        let file = block_on(here.export()).unwrap();
        assert_eq!(model_of(&file), model, "{}", path.display());
        there.load(&model, &file).unwrap();
        let z = [1.1, -0.4];
        assert_eq!(block_on(here.decode(&z)).unwrap(), block_on(there.decode(&z)).unwrap(), "{}", path.display());
        assert_eq!(tensors(&block_on(there.export()).unwrap(), &model), tensors(&file, &model));
    }
}

#[test]
fn a_file_that_is_not_taken_leaves_the_model_that_was_there() {
    let model = ModelSpec::mlp(&[6]);
    let layout = Layout::new(&model).unwrap();
    let file = to_file(&model, None, &layout, &fresh(&layout, 1)).unwrap();
    let mut learner = learner();
    assert_eq!(block_on(learner.export()).unwrap_err().kind, NoticeKind::NoModel);
    learner.load(&model, &file).unwrap();
    let wider = ModelSpec::mlp(&[7]);
    assert_eq!(learner.load(&wider, &file).unwrap_err().kind, NoticeKind::WeightsMismatch);
    let mut wild = file.clone();
    let end = wild.len();
    wild[end - 4..].copy_from_slice(&f32::NAN.to_le_bytes());
    for broken in [&wild[..], &file[..end - 1], &[]] {
        assert_eq!(learner.load(&model, broken).unwrap_err().kind, NoticeKind::WeightsUnreadable);
    }
    assert_eq!(tensors(&block_on(learner.export()).unwrap(), &model), tensors(&file, &model));
}

use safetensors::SafeTensors;

use super::*;
use crate::nn::weights::{fresh, to_safetensors, to_safetensors_quantised};
use crate::rng::Rng;
use crate::spec::{Activation, DataSpec, Input, Likelihood, Net, Objective, PointKind};

/// A model and run of any kind, of few units.
fn any(rng: &mut Rng) -> RunSpec {
    let objective = Objective::ALL[rng.below(Objective::ALL.len())];
    let hidden = (0..rng.below(4)).map(|_| 1 + rng.below(9)).collect();
    let net = match rng.below(2) {
        0 => Net::Mlp { hidden },
        _ => Net::Conv { channels: [1 + rng.below(3), 1 + rng.below(3)], hidden: 1 + rng.below(9) },
    };
    let model = ModelSpec {
        latent: 1 + rng.below(16),
        objective,
        activation: Activation::ALL[rng.below(Activation::ALL.len())],
        likelihood: [Likelihood::Bernoulli, Likelihood::Gaussian { deviation: 0.25 }][rng.below(2)],
        dropout: [0, 20][rng.below(2)],
        ..ModelSpec::of(net)
    };
    let mut run = RunSpec { model, seed: rng.u32(), ..RunSpec::default() };
    if rng.below(2) == 0 {
        run.data = DataSpec::Points { kind: PointKind::Rings, count: 500 };
        run.fit();
    }
    run
}

/// Bits of every kind but those that are no numbers: small and large, zeros of both signs, subnormal.
fn weights_of(layout: &Layout, rng: &mut Rng) -> Vec<f32> {
    let finite = |bits: u32| Some(f32::from_bits(bits)).filter(|v| v.is_finite()).unwrap_or(-0.0);
    (0..layout.len()).map(|_| finite(rng.u32())).collect()
}

fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|v| v.to_bits()).collect()
}

#[test]
fn what_goes_out_comes_back_bit_for_bit() {
    let mut rng = Rng::new(3);
    for _ in 0..200 {
        let run = any(&mut rng);
        let layout = Layout::new(&run.model).unwrap();
        let flat = weights_of(&layout, &mut rng);
        let told = (rng.below(2) == 0).then_some(&run);
        let file = to_file(&run.model, told, &layout, &flat).unwrap();
        let open = ModelFile::open(&file).unwrap();
        assert_eq!((open.run(), open.model(&ModelSpec::mlp(&[]))), (Ok(told.cloned()), Ok(run.model.clone())));
        assert_eq!(bits(&from_file(&run.model, &layout, &file).unwrap()), bits(&flat), "{run:?}");
    }
}

/// The file without what ours say of themselves.
fn bare(file: &[u8]) -> Vec<u8> {
    let whole = SafeTensors::deserialize(file).unwrap();
    serialize(whole.tensors(), Some(HashMap::from([("format".to_owned(), "pt".to_owned())]))).unwrap()
}

#[test]
fn a_file_of_pytorchs_own_is_recognised_and_read() {
    let mut rng = Rng::new(4);
    for _ in 0..100 {
        let run = any(&mut rng);
        let layout = Layout::new(&run.model).unwrap();
        let flat = weights_of(&layout, &mut rng);
        let file = bare(&to_file(&run.model, None, &layout, &flat).unwrap());
        let open = ModelFile::open(&file).unwrap();
        assert!(!open.says_its_model());
        let found = open.model(&run.model).unwrap();
        assert_eq!(found, run.model);
        assert_eq!(bits(&from_file(&found, &layout, &file).unwrap()), bits(&flat));
    }
}

#[test]
fn tensors_are_those_of_the_layout_turned() {
    let mut rng = Rng::new(5);
    for _ in 0..100 {
        let spec = any(&mut rng).model;
        let (layout, tensors) = (Layout::new(&spec).unwrap(), Modules::of(&spec).tensors());
        assert_eq!(layout.parameters.len(), tensors.len());
        for (parameter, tensor) in layout.parameters.iter().zip(tensors) {
            let mut shape = parameter.shape.clone();
            if shape.len() == 2 {
                shape.reverse();
            }
            assert_eq!(shape, tensor.shape, "{}", tensor.name);
            assert_eq!(parameter.is_bias(), tensor.name.ends_with(".bias"));
        }
    }
}

#[test]
fn linear_weights_are_out_by_in() {
    let spec = ModelSpec { input: Input::Point, ..ModelSpec::mlp(&[3]) };
    let layout = Layout::new(&spec).unwrap();
    let flat: Vec<f32> = (0..layout.len()).map(|i| i as f32).collect();
    let file = to_file(&spec, None, &layout, &flat).unwrap();
    let values = ModelFile::open(&file).unwrap().values("encoder.0.weight").unwrap();
    assert_eq!(values, [0.0, 3.0, 1.0, 4.0, 2.0, 5.0]);
}

#[test]
fn files_as_they_are_shipped_come_in_too() {
    let spec = ModelSpec::mlp(&[6]);
    let layout = Layout::new(&spec).unwrap();
    let flat = fresh(&layout, 1);
    let eight = to_safetensors_quantised(&spec, &layout, &flat, 0).unwrap();
    for file in [to_safetensors(&spec, &layout, &flat).unwrap(), eight] {
        let read = from_file(&spec, &layout, &file).unwrap();
        assert_eq!(read, weights::from_safetensors(&layout, &file).unwrap());
        let again = from_file(&spec, &layout, &to_file(&spec, None, &layout, &read).unwrap()).unwrap();
        assert_eq!(bits(&again), bits(&read));
        assert_eq!(ModelFile::open(&file).unwrap().model(&ModelSpec::mlp(&[])).unwrap(), spec);
        assert!(from_file(&spec, &layout, &file[..file.len() - 1]).is_err_and(|e| !e.is_mismatch()));
    }
}

#[test]
fn numbers_that_are_none_go_neither_out_nor_in() {
    let spec = ModelSpec::mlp(&[6]);
    let layout = Layout::new(&spec).unwrap();
    let whole = to_file(&spec, None, &layout, &fresh(&layout, 1)).unwrap();
    for wild in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let mut flat = fresh(&layout, 1);
        flat[1] = wild;
        let error = to_file(&spec, None, &layout, &flat).unwrap_err();
        // Number 1 is of input 0 and output 1, which there is the first of the second row.
        assert!(
            matches!(&error, ModelFileError::NotFinite { at: 784, name, .. } if name == "encoder.0.weight"),
            "{error}"
        );
        let mut file = whole.clone();
        let end = file.len();
        file[end - 4..].copy_from_slice(&wild.to_le_bytes());
        let error = from_file(&spec, &layout, &file).unwrap_err();
        assert!(!error.is_mismatch() && error.to_string().contains("where a finite number is expected"), "{error}");
    }
}

#[test]
fn another_models_file_and_other_types_are_told_apart() {
    let spec = ModelSpec::mlp(&[6]);
    let layout = Layout::new(&spec).unwrap();
    let file = to_file(&spec, None, &layout, &fresh(&layout, 1)).unwrap();
    let other = ModelSpec::mlp(&[7]);
    assert!(from_file(&other, &Layout::new(&other).unwrap(), &file).unwrap_err().is_mismatch());
    let whole = SafeTensors::deserialize(&file).unwrap();
    let typed = |dtype: Dtype, bytes: &[u8]| {
        let views = whole.tensors().into_iter().map(|(name, view)| match name.as_str() {
            "mu.bias" => (name, TensorView::new(dtype, vec![2], bytes).unwrap()),
            _ => (name, view),
        });
        from_file(&spec, &layout, &serialize(views, None).unwrap())
    };
    let mu = layout.parameters.iter().find(|p| p.name == "mu.bias").unwrap().range();
    assert_eq!(typed(Dtype::BF16, &[0x80, 0x3f, 0, 0xc0]).unwrap()[mu.clone()], [1.0, -2.0]);
    assert_eq!(typed(Dtype::F16, &[0, 0x3c, 0, 0xc0]).unwrap()[mu], [1.0, -2.0]);
    let error = typed(Dtype::F64, &[0; 16]).unwrap_err();
    assert_eq!(error.to_string(), "tensor mu.bias holds F64 where F32, F16 or BF16 is expected");
}

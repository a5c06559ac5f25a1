use std::collections::HashMap;

use safetensors::serialize;
use safetensors::tensor::TensorView;

use super::*;
use crate::spec::{Activation, Sparsity};

/// The name and shape of a tensor.
type Shaped = (String, Vec<usize>);

/// A file of zeros with these names and shapes.
fn zeros(tensors: &[Shaped], metadata: &[(&str, &str)]) -> Vec<u8> {
    let longest = tensors.iter().map(|(_, shape)| shape.iter().product::<usize>()).max().unwrap_or(0);
    let bytes = vec![0u8; longest * 4];
    let views = tensors.iter().map(|(name, shape)| {
        let len = shape.iter().product::<usize>() * 4;
        (name.clone(), TensorView::new(Dtype::F32, shape.clone(), &bytes[..len]).unwrap())
    });
    let metadata: HashMap<String, String> = metadata.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    serialize(views, Some(metadata)).unwrap()
}

fn tensors(model: &ModelSpec) -> Vec<Shaped> {
    Modules::of(model).tensors().into_iter().map(|tensor| (tensor.name, tensor.shape)).collect()
}

fn model(file: &[u8], otherwise: &ModelSpec) -> Result<ModelSpec, ModelFileError> {
    ModelFile::open(file)?.model(otherwise)
}

fn points(model: ModelSpec) -> ModelSpec {
    ModelSpec { input: Input::Point, likelihood: Likelihood::Gaussian { deviation: 0.1 }, ..model }
}

#[test]
fn names_and_shapes_tell_the_layers_and_the_caller_the_rest() {
    let sparse = Objective::Sparse { penalty: Sparsity::L1 };
    let otherwise = ModelSpec { activation: Activation::Silu, objective: sparse, ..ModelSpec::mlp(&[1]) };
    for net in
        [ModelSpec::mlp(&[20, 10]), ModelSpec::mlp(&[]), ModelSpec::of(Net::Conv { channels: [3, 5], hidden: 7 })]
    {
        for objective in [Objective::Variational, sparse] {
            let spec = ModelSpec { latent: 3, objective, activation: Activation::Silu, ..net.clone() };
            assert_eq!(model(&zeros(&tensors(&spec), &[]), &otherwise), Ok(spec));
        }
    }
    for format in Format::all() {
        for net in [ModelSpec::mlp(&[20, 10]), ModelSpec::of(Net::Conv { channels: [3, 5], hidden: 7 })] {
            let spec = ModelSpec { input: Input::Picture(format), ..net };
            assert_eq!(model(&zeros(&tensors(&spec), &[]), &ModelSpec::mlp(&[1])), Ok(spec));
        }
    }
    let spec = points(ModelSpec::mlp(&[6]));
    let found = model(&zeros(&tensors(&spec), &[("format", "pt")]), &ModelSpec::reference_conv());
    assert_eq!(found, Ok(spec), "points need a Gaussian likelihood");
}

#[test]
fn what_the_metadata_say_is_not_guessed() {
    let run = RunSpec {
        model: ModelSpec { activation: Activation::Tanh, objective: Objective::Autoencoder, ..ModelSpec::mlp(&[8]) },
        ..RunSpec::default()
    };
    let text = serde_json::to_string(&run).unwrap();
    let file = zeros(&tensors(&run.model), &[(RUN_KEY, &text)]);
    let open = ModelFile::open(&file).unwrap();
    assert!(open.says_its_model() && !open.is_shipped());
    assert_eq!((open.run(), open.model(&ModelSpec::mlp(&[3]))), (Ok(Some(run.clone())), Ok(run.model.clone())));
    let broken = zeros(&tensors(&run.model), &[(RUN_KEY, r#"{"data":7}"#)]);
    assert!(matches!(model(&broken, &run.model), Err(ModelFileError::Spec { key: RUN_KEY, .. })));
    let lying = zeros(&tensors(&ModelSpec::mlp(&[9])), &[(RUN_KEY, &text)]);
    assert!(matches!(model(&lying, &run.model), Err(ModelFileError::Shape { .. } | ModelFileError::Extra { .. })));
    let huge = text.replace("[8]", "[18446744073709551615]");
    let huge = zeros(&tensors(&run.model), &[(RUN_KEY, &huge)]);
    assert_eq!(model(&huge, &run.model), Err(ModelFileError::Flaw(Flaw::TooLarge)));
}

#[test]
fn layers_may_be_numbered_as_a_list_numbers_them() {
    let spec = ModelSpec::mlp(&[20, 10]);
    let renamed = |(name, shape): Shaped| {
        let name = name.replace("encoder.2", "encoder.1").replace("decoder.2", "decoder.1");
        (name.replace("decoder.4", "decoder.12"), shape)
    };
    let file = zeros(&tensors(&spec).into_iter().map(renamed).collect::<Vec<_>>(), &[]);
    assert_eq!(model(&file, &spec), Ok(spec.clone()));
    let names = ModelFile::open(&file).unwrap().names_of(&spec).unwrap();
    assert_eq!(names.last().map(String::as_str), Some("decoder.12.bias"));
}

#[test]
fn every_fault_says_what_was_found_and_expected() {
    let spec = ModelSpec::mlp(&[20]);
    let said = |change: &dyn Fn(&mut Vec<Shaped>)| {
        let mut all = tensors(&spec);
        change(&mut all);
        model(&zeros(&all, &[]), &spec).unwrap_err().to_string()
    };
    let at = |all: &[Shaped], name: &str| all.iter().position(|(n, _)| n == name).unwrap();
    assert_eq!(said(&|all| all[2].1 = vec![2, 21]), "tensor mu.weight is of shape [2, 21] where [2, 20] is expected");
    assert_eq!(
        said(&|all| {
            let at = at(all, "decoder.2.bias");
            all.remove(at);
        }),
        "the file has no tensor decoder.2.bias, which should be of shape [784]"
    );
    assert_eq!(
        said(&|all| all.push(("more".to_owned(), vec![3]))),
        "the file has a tensor more of shape [3] where the model has none"
    );
    assert_eq!(
        said(&|all| all[0].1 = vec![20, 300]),
        "tensor encoder.0.weight is of shape [20, 300] where [units, n] with n of 784, 2352, 1024, 3072, 2304, 6912, 4096, 12288 for pictures or 2 for points is expected"
    );
    assert_eq!(
        said(&|all| all[0].1 = vec![784]),
        "tensor encoder.0.weight is of shape [784] where [out, in] of a linear layer is expected"
    );
    assert_eq!(
        said(&|all| drop(all.remove(2))),
        "the file has no tensor mu.weight, which should be of shape [out, in]"
    );
}

#[test]
fn convolutions_of_another_kind_are_refused() {
    let spec = ModelSpec::of(Net::Conv { channels: [3, 5], hidden: 7 });
    let mut all = tensors(&spec);
    all[0].1 = vec![3, 1, 5, 5];
    assert!(matches!(model(&zeros(&all, &[]), &spec), Err(ModelFileError::Shape { .. })));
    let few: Vec<_> = tensors(&spec).into_iter().filter(|(name, _)| !name.starts_with("encoder.5")).collect();
    assert!(matches!(model(&zeros(&few, &[]), &spec), Err(ModelFileError::Shape { .. })));
}

#[test]
fn a_hostile_head_is_refused_and_nothing_panics() {
    let spec = ModelSpec::mlp(&[4]);
    let huge = u64::MAX;
    let heads = [
        String::new(),
        "{}".to_owned(),
        "[]".to_owned(),
        "null".to_owned(),
        format!(r#"{{"mu.weight":{{"dtype":"F32","shape":[{huge},{huge}],"data_offsets":[0,{huge}]}}}}"#),
        format!(r#"{{"mu.weight":{{"dtype":"F32","shape":[{huge},0],"data_offsets":[0,0]}}}}"#),
        format!(r#"{{"mu.weight":{{"dtype":"F32","shape":[0,{huge}],"data_offsets":[0,0]}}}}"#),
        r#"{"mu.weight":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}"#.to_owned(),
        r#"{"encoder..weight":{"dtype":"F32","shape":[0,0],"data_offsets":[0,0]}}"#.to_owned(),
        format!(
            r#"{{"mu.weight":{{"dtype":"F32","shape":[0,784],"data_offsets":[0,0]}},"encoder.{huge}9.weight":{{"dtype":"F32","shape":[0,0,0,0],"data_offsets":[0,0]}}}}"#
        ),
        format!(
            r#"{{"mu.weight":{{"dtype":"F32","shape":[0,4],"data_offsets":[0,0]}},"encoder.007.weight":{{"dtype":"F32","shape":[{huge},0,0,0],"data_offsets":[0,0]}}}}"#
        ),
        format!(
            r#"{{"mu.weight":{{"dtype":"F32","shape":[{huge},0],"data_offsets":[0,0]}},"encoder.0.weight":{{"dtype":"F32","shape":[{huge},0,0,0],"data_offsets":[0,0]}},"encoder.1.weight":{{"dtype":"F32","shape":[{huge},0,0,0],"data_offsets":[0,0]}},"encoder.2.weight":{{"dtype":"F32","shape":[{huge},0],"data_offsets":[0,0]}}}}"#
        ),
    ];
    for head in heads {
        for len in [head.len() as u64, 0, 1, huge, huge - 7, 1 << 40] {
            for tail in [0, 4, 64] {
                let file = [&len.to_le_bytes(), head.as_bytes(), &vec![0; tail]].concat();
                assert!(model(&file, &spec).is_err(), "{len} {head}");
            }
        }
    }
    let whole = zeros(&tensors(&spec), &[]);
    for cut in (0..whole.len()).step_by(whole.len() / 97) {
        let short = model(&whole[..cut], &spec);
        assert!(matches!(short, Err(ModelFileError::Cut { .. })) || cut <= 8, "{cut}: {short:?}");
        assert!(short.is_err(), "{cut}");
    }
    // A byte of the head changed: refused or another model, but never a panic.
    let head = 8 + whole[..8].iter().rev().fold(0usize, |n, &b| n << 8 | usize::from(b));
    for at in 0..head {
        for byte in [b'0', b'9', b'"', 0, 255] {
            let mut file = whole.clone();
            file[at] = byte;
            let _ = model(&file, &spec);
        }
    }
}

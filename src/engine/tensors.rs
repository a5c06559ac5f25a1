//! Numbers onto a device, and back from it: asynchronously, since a browser allows nothing else.

use burn::tensor::{Device, Tensor, TensorData, Transaction};

use crate::data::set::Set;
use crate::protocol::{Notice, NoticeKind};

/// A vector on a device.
pub(crate) fn vector(values: Vec<f32>, device: &Device) -> Tensor<1> {
    let len = values.len();
    Tensor::from_data(TensorData::new(values, [len]), device)
}

/// Data `indices` of the set, [n, width].
pub(crate) fn gather(set: &Set, indices: impl IntoIterator<Item = usize>, device: &Device) -> Tensor<2> {
    let indices: Vec<usize> = indices.into_iter().collect();
    let mut values = Vec::with_capacity(indices.len() * set.input().width());
    set.batch(&indices, &mut values);
    Tensor::from_data(TensorData::new(values, [indices.len(), set.input().width()]), device)
}

/// A tensor's numbers, once the device has them.
pub(crate) async fn read<const D: usize>(tensor: Tensor<D>) -> Result<Vec<f32>, Notice> {
    let data = tensor.into_data_async().await.map_err(|e| lost(&e))?;
    data.try_to_vec::<f32>().map_err(|e| lost(&e))
}

/// Two tensors in one wait.
pub(crate) async fn read_two<const A: usize, const B: usize>(
    a: Tensor<A>,
    b: Tensor<B>,
) -> Result<[Vec<f32>; 2], Notice> {
    let read = Transaction::default().register(a).register(b).execute_async().await.map_err(|e| lost(&e))?;
    let mut vectors = read.into_iter().map(|data| data.try_to_vec::<f32>().map_err(|e| lost(&e)));
    match (vectors.next(), vectors.next()) {
        (Some(a), Some(b)) => Ok([a?, b?]),
        _ => Err(lost(&"a reading came back short")),
    }
}

/// That a device can no longer be read.
pub(crate) fn lost(error: &dyn std::fmt::Debug) -> Notice {
    Notice { kind: NoticeKind::DeviceLost, detail: format!("{error:?}") }
}

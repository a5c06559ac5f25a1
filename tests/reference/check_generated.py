"""Opens generated data, as `examples/generated.rs` writes them, with numpy and Python's own zip, gzip and zlib.

python3 tests/reference/check_generated.py FOLDER
"""

import gzip
import io
import struct
import sys
import zipfile
import zlib
from pathlib import Path

import numpy as np

COUNT, LATENT = 37, 3


def opened(path):
    archive = zipfile.ZipFile(path)
    assert archive.testzip() is None, path
    assert all(info.date_time == (1980, 1, 1, 0, 0, 0) for info in archive.infolist()), path
    return archive


def png(file):
    """A grey PNG of 8 bits, chunk by chunk."""
    assert file[:8] == b"\x89PNG\r\n\x1a\n"
    at, chunks = 8, {}
    while at < len(file):
        (length,) = struct.unpack(">I", file[at : at + 4])
        kind, content = file[at + 4 : at + 8], file[at + 8 : at + 8 + length]
        (crc,) = struct.unpack(">I", file[at + 8 + length : at + 12 + length])
        assert zlib.crc32(kind + content) == crc, kind
        chunks[kind] = content
        at += 12 + length
    assert list(chunks) == [b"IHDR", b"IDAT", b"IEND"]
    assert struct.unpack(">IIBBBBB", chunks[b"IHDR"]) == (28, 28, 8, 0, 0, 0, 0)
    rows = np.frombuffer(zlib.decompress(chunks[b"IDAT"]), np.uint8).reshape(28, 29)
    assert not rows[:, 0].any()
    try:
        from PIL import Image
    except ImportError:
        return rows[:, 1:], False
    picture = Image.open(io.BytesIO(file))
    assert picture.mode == "L" and np.array_equal(np.asarray(picture), rows[:, 1:])
    return rows[:, 1:], True


def main():
    folder = Path(sys.argv[1])
    npz = np.load(folder / "npz.npz")
    assert npz.files == ["x", "y", "z"]
    x, y, z = npz["x"], npz["y"], npz["z"]
    assert (x.dtype, x.shape) == (np.dtype("uint8"), (COUNT, 28, 28))
    assert (y.dtype, y.shape) == (np.dtype("uint8"), (COUNT,)) and y.tolist() == [i % 5 for i in range(COUNT)]
    assert (z.dtype, z.shape) == (np.dtype("float32"), (COUNT, LATENT)) and np.isfinite(z).all()
    archive = opened(folder / "npz.npz")
    for name, array in [("x", x), ("y", y), ("z", z)]:
        saved = io.BytesIO()
        np.save(saved, array)
        assert saved.getvalue() == archive.read(f"{name}.npy"), f"{name}: other bytes than numpy's own"

    archive = opened(folder / "idx.zip")
    images = gzip.decompress(archive.read("generated-images-idx3-ubyte.gz"))
    labels = gzip.decompress(archive.read("generated-labels-idx1-ubyte.gz"))
    assert images[:16] == struct.pack(">4B3I", 0, 0, 8, 3, COUNT, 28, 28) and images[16:] == x.tobytes()
    assert labels[:8] == struct.pack(">4BI", 0, 0, 8, 1, COUNT) and labels[8:] == y.tobytes()

    archive = opened(folder / "png.zip")
    names = archive.namelist()
    seen, pillow = {}, False
    for i in range(COUNT):
        seen[y[i]] = seen.get(y[i], 0) + 1
        assert names[i] == f"{y[i]}/{seen[y[i]]:04}.png", names[i]
        picture, pillow = png(archive.read(names[i]))
        assert np.array_equal(picture, x[i]), names[i]
    assert len(names) == COUNT
    print(f"Python {sys.version.split()[0]}, numpy {np.__version__}, {'with' if pillow else 'without'} Pillow: all as it should be")


main()

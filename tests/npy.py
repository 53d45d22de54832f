"""numpy's files without numpy: what the tests need of .npy (NEP 1) and .npz. Arrays are (dtype, shape, flat list)."""
import ast
import math
import struct
import zipfile
from collections import namedtuple

Array = namedtuple("Array", "dtype shape values")

_CODES = {"<f4": "f", "<f8": "d", "<i4": "i", "<i8": "q", "<i2": "h", "|i1": "b", "|u1": "B", "<u4": "I", "<u8": "Q",
          "<u2": "H", "<f2": "e", "|b1": "?"}


def _texts(descr, body, count):
    """What numpy calls U and S: items of equal width, zeros behind them."""
    width = int(descr[2:]) * (4 if descr[1] == "U" else 1)
    assert len(body) == count * width, "length of data"
    items = [body[i * width:(i + 1) * width] for i in range(count)]
    return [i.decode("utf-32-le").rstrip("\0").encode() if descr[1] == "U" else i.rstrip(b"\0") for i in items]


def parse(data):
    assert data[:6] == b"\x93NUMPY", data[:6]
    major = data[6]
    length = struct.unpack("<H", data[8:10])[0] if major == 1 else struct.unpack("<I", data[8:12])[0]
    start = 10 if major == 1 else 12
    assert (start + length) % 64 == 0, "header is not padded to 64"
    header = ast.literal_eval(data[start:start + length].decode("latin-1"))
    assert header["fortran_order"] is False
    count = 1
    for n in header["shape"]:
        count *= n
    body = data[start + length:]
    if header["descr"][1] in "US":
        return Array(header["descr"], tuple(header["shape"]), _texts(header["descr"], body, count))
    code = _CODES[header["descr"]]
    assert len(body) == count * struct.calcsize("<" + code), "length of data"
    return Array(header["descr"], tuple(header["shape"]), list(struct.unpack("<%d%s" % (count, code), body)))


def dump(dtype, shape, values, fortran=False):
    header = repr({"descr": dtype, "fortran_order": fortran, "shape": tuple(shape)}).encode()
    header += b" " * (-(11 + len(header)) % 64) + b"\n"
    if dtype[1] in "US":
        size = int(dtype[2:])
        body = b"".join(v.decode().ljust(size, "\0").encode("utf-32-le") if dtype[1] == "U" else v.ljust(size, b"\0")
                        for v in values)
        return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + body
    code = _CODES[dtype]
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + \
        struct.pack("<%d%s" % (len(values), code), *values)


def dump_array(array):
    return dump(array.dtype, array.shape, array.values)


def load(path):
    with open(path, "rb") as f:
        return parse(f.read())


def load_npz(path):
    """Members in the archive's order, names without .npy."""
    with zipfile.ZipFile(path) as z:
        assert z.testzip() is None
        return {i.filename[:-4]: parse(z.read(i)) for i in z.infolist()}


def save(path, *array):
    with open(path, "wb") as f:
        f.write(dump(*array) if len(array) > 1 else dump_array(array[0]))


def save_npz(path, arrays):
    with zipfile.ZipFile(path, "w") as z:
        for name, array in arrays.items():
            z.writestr(name + ".npy", dump_array(array))


def difference(a, b):
    """Largest difference as a part of the largest finite magnitude in b (at least 1). Infinite where one
    is a number and the other is not, or another infinity; a NaN is the same as a NaN only."""
    assert a.shape == b.shape, (a.shape, b.shape)
    if b.dtype[1] in "US":
        return 0.0 if a.values == b.values else 1.0
    pairs = list(zip(map(float, a.values), map(float, b.values)))
    finite = [p for p in pairs if math.isfinite(p[0]) and math.isfinite(p[1])]
    others = [p for p in pairs if not (math.isfinite(p[0]) and math.isfinite(p[1]))]
    if any(x != y and not (math.isnan(x) and math.isnan(y)) for x, y in others):
        return math.inf
    scale = max([1.0] + [abs(y) for _, y in finite])
    return max([0.0] + [abs(x - y) for x, y in finite]) / scale

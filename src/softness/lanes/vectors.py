"""Vectors of lanes as a type for numba; LLVM maps them on the registers of the CPU.

An array of vectors is a numpy array of records, each with as many numbers as there are lanes, so
that number format and width are part of the signature of each compiled function. What one lane
computes depends neither on the other lanes nor on how many there are: there are additions,
multiplications, true divisions and fused multiply-adds, in the order in which they are written.
"""

import operator
from collections.abc import Callable
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core.cgutils import get_or_insert_function
from numba.core.datamodel import models, register_default
from numba.core.imputils import lower_builtin
from numba.core.typing.templates import AbstractTemplate, infer_global, signature
from numba.extending import intrinsic

FIELD = "lane"
CACHE_LINE = 64


def vector_dtype(element: type, lanes: int) -> np.dtype:
    """The records of an array of vectors.

    Parameters
    ----------
    element
        ``numpy.float32`` or ``numpy.float64``.
    lanes
        Numbers in a vector.
    """
    return np.dtype([(FIELD, element, (lanes,))])


def vectors(shape: tuple[int, ...] | int, dtype: np.dtype) -> np.ndarray:
    """An array of vectors that are zero, none of them across the border of two cache lines."""
    size = int(np.prod(shape)) * dtype.itemsize
    memory = np.zeros(size + CACHE_LINE, np.uint8)
    begin = -memory.ctypes.data % CACHE_LINE
    return memory[begin : begin + size].view(dtype).reshape(shape)


class Vector(types.Type):
    """A vector of lanes within a compiled function."""

    def __init__(self, element: types.Float, lanes: int) -> None:
        self.element, self.lanes = element, lanes
        super().__init__(name=f"Vector({element}, {lanes})")


def _llvm(vector: Vector) -> ir.VectorType:
    number = ir.FloatType() if vector.element == types.float32 else ir.DoubleType()
    return ir.VectorType(number, vector.lanes)


@register_default(Vector)
class _VectorModel(models.PrimitiveModel):
    def __init__(self, manager: Any, vector: Vector) -> None:
        super().__init__(manager, vector, _llvm(vector))


def _vector_of(array: types.Array) -> Vector | None:
    """Type of the vectors of an array; None if it holds none."""
    if not (isinstance(array, types.Array) and isinstance(array.dtype, types.Record)):
        return None
    if list(array.dtype.fields) != [FIELD]:
        return None
    field = array.dtype.typeof(FIELD)
    return Vector(field.dtype, field.shape[0])


def _pointer(
    context: Any, builder: ir.IRBuilder, signature_: Any, arguments: tuple
) -> tuple[ir.Value, Vector]:
    """Where the vector with a number is in an array."""
    array_type, index_type = signature_.args[:2]
    vector = _vector_of(array_type)
    array = context.make_array(array_type)(context, builder, arguments[0])
    index = context.cast(builder, arguments[1], index_type, types.intp)
    first = builder.bitcast(array.data, _llvm(vector).as_pointer())
    return builder.gep(first, [index]), vector


@intrinsic
def load(typing_context, array, index):
    """The vector with this number in an array."""
    vector = _vector_of(array)
    if vector is None or not isinstance(index, types.Integer):
        return None

    def generate(context, builder, signature_, arguments):
        pointer, vector = _pointer(context, builder, signature_, arguments)
        return builder.load(pointer, align=vector.element.bitwidth // 8)

    return vector(array, index), generate


@intrinsic
def store(typing_context, array, index, value):
    """Put a vector into an array."""
    if _vector_of(array) != value or not isinstance(index, types.Integer):
        return None

    def generate(context, builder, signature_, arguments):
        pointer, vector = _pointer(context, builder, signature_, arguments)
        builder.store(arguments[2], pointer, align=vector.element.bitwidth // 8)
        return context.get_dummy_value()

    return types.none(array, index, value), generate


def _spread(
    context: Any, builder: ir.IRBuilder, value: ir.Value, kind: types.Type, vector: Vector
) -> ir.Value:
    """A vector as it is; a number in every lane."""
    if isinstance(kind, Vector):
        return value
    number = context.cast(builder, value, kind, vector.element)
    undefined = ir.Constant(_llvm(vector), ir.Undefined)
    first = builder.insert_element(undefined, number, ir.Constant(ir.IntType(32), 0))
    mask = ir.Constant(ir.VectorType(ir.IntType(32), vector.lanes), [0] * vector.lanes)
    return builder.shuffle_vector(first, undefined, mask)


@intrinsic
def spread(typing_context, array, number):
    """A vector like those of an array, with a number in every lane."""
    vector = _vector_of(array)
    if vector is None or not isinstance(number, types.Number):
        return None

    def generate(context, builder, signature_, arguments):
        return _spread(context, builder, arguments[1], signature_.args[1], vector)

    return vector(array, number), generate


def _common(*kinds: types.Type) -> Vector | None:
    """The type of the vectors among some types, if the others are numbers."""
    found = {kind for kind in kinds if isinstance(kind, Vector)}
    numbers = all(isinstance(kind, (Vector, types.Number)) for kind in kinds)
    return found.pop() if len(found) == 1 and numbers else None


def _define_operator(python_operator: Callable, instruction: str) -> None:
    """Arithmetic of two vectors, or of a vector and a number."""

    @infer_global(python_operator)
    class _Template(AbstractTemplate):
        def generic(self, args, kws):
            vector = _common(*args)
            return signature(vector, *args) if len(args) == 2 and vector else None

    def lower(context, builder, signature_, arguments):
        first, second = (
            _spread(context, builder, value, kind, signature_.return_type)
            for value, kind in zip(arguments, signature_.args, strict=True)
        )
        return getattr(builder, instruction)(first, second)

    for kinds in ((Vector, Vector), (Vector, types.Number), (types.Number, Vector)):
        lower_builtin(python_operator, *kinds)(lower)


for _operator, _instruction in (
    (operator.add, "fadd"),
    (operator.sub, "fsub"),
    (operator.mul, "fmul"),
    (operator.truediv, "fdiv"),
):
    _define_operator(_operator, _instruction)


@infer_global(operator.neg)
class _Negative(AbstractTemplate):
    def generic(self, args, kws):
        return signature(args[0], args[0]) if isinstance(args[0], Vector) else None


@lower_builtin(operator.neg, Vector)
def _lower_negative(context, builder, signature_, arguments):
    return builder.fneg(arguments[0])


def _spread_all(
    context: Any, builder: ir.IRBuilder, signature_: Any, arguments: tuple, vector: Vector
) -> list[ir.Value]:
    pairs = zip(arguments, signature_.args, strict=True)
    return [_spread(context, builder, value, kind, vector) for value, kind in pairs]


@intrinsic
def multiply_add(typing_context, first, second, third):
    """First * second + third, rounded once."""
    vector = _common(first, second, third)
    if vector is None:
        return None

    def generate(context, builder, signature_, arguments):
        values = _spread_all(context, builder, signature_, arguments, vector)
        kind = _llvm(vector)
        # As `llvm.fma.v16f32`; the builder's own `fma` takes no vectors.
        name = f"llvm.fma.v{vector.lanes}f{vector.element.bitwidth}"
        function = get_or_insert_function(builder.module, ir.FunctionType(kind, [kind] * 3), name)
        return builder.call(function, values)

    return vector(first, second, third), generate


@intrinsic
def where_less(typing_context, value, bound, then):
    """`then` in the lanes where value < bound, zero in the others."""
    vector = _common(value, bound, then)
    if vector is None:
        return None

    def generate(context, builder, signature_, arguments):
        left, right, result = _spread_all(context, builder, signature_, arguments, vector)
        zero = ir.Constant(_llvm(vector), [0.0] * vector.lanes)
        return builder.select(builder.fcmp_ordered("<", left, right), result, zero)

    return vector(value, bound, then), generate


def _of_two(result: Callable[[Vector], types.Type], lower: Callable[..., ir.Value]) -> Callable:
    """A function of two vectors, or of a vector and a number, from how it is written in LLVM."""

    @intrinsic
    def function(typing_context, first, second):
        vector = _common(first, second)
        if vector is None:
            return None

        def generate(context, builder, signature_, arguments):
            left, right = _spread_all(context, builder, signature_, arguments, vector)
            return lower(builder, left, right)

        return result(vector)(first, second), generate

    return function


def _chosen(sign: str) -> Callable[..., ir.Value]:
    """The first number of each lane where a comparison holds, else the second."""
    return lambda builder, left, right: builder.select(
        builder.fcmp_ordered(sign, left, right), left, right
    )


def _bits(builder: ir.IRBuilder, mask: ir.Value) -> ir.Value:
    """A whole number with a bit for each lane."""
    return builder.zext(builder.bitcast(mask, ir.IntType(mask.type.count)), ir.IntType(64))


def _any(builder: ir.IRBuilder, mask: ir.Value) -> ir.Value:
    return builder.icmp_unsigned("!=", _bits(builder, mask), ir.Constant(ir.IntType(64), 0))


larger = _of_two(lambda vector: vector, _chosen(">"))
"""The larger of two numbers in each lane; the second where one is not a number."""

smaller = _of_two(lambda vector: vector, _chosen("<"))
"""The smaller of two numbers in each lane; the second where one is not a number."""

which_less = _of_two(
    lambda vector: types.int64,
    lambda builder, left, right: _bits(builder, builder.fcmp_ordered("<", left, right)),
)
"""A whole number with a bit set for each lane where first < second."""

any_less = _of_two(
    lambda vector: types.boolean,
    lambda builder, left, right: _any(builder, builder.fcmp_ordered("<", left, right)),
)
"""Whether first < second in any lane."""

any_not_within = _of_two(
    lambda vector: types.boolean,
    lambda builder, left, right: _any(builder, builder.fcmp_unordered(">", left, right)),
)
"""Whether first <= second fails in any lane, as it does for what is not a number."""


@intrinsic
def first_lane(typing_context, vector):
    """The number in the first lane."""
    if not isinstance(vector, Vector):
        return None

    def generate(context, builder, signature_, arguments):
        return builder.extract_element(arguments[0], ir.Constant(ir.IntType(32), 0))

    return vector.element(vector), generate


@intrinsic
def lowest_bit(typing_context, bits):
    """Number of the lowest bit that is set; there must be one."""
    if not isinstance(bits, types.Integer):
        return None

    def generate(context, builder, signature_, arguments):
        value = context.cast(builder, arguments[0], signature_.args[0], types.int64)
        return builder.cttz(value, ir.Constant(ir.IntType(1), 1))

    return types.int64(bits), generate


@intrinsic
def largest(typing_context, vector):
    """The largest number of any lane; zero if none is above zero."""
    if not isinstance(vector, Vector):
        return None

    def generate(context, builder, signature_, arguments):
        most = ir.Constant(_llvm(vector).element, 0.0)
        for number in range(vector.lanes):
            one = builder.extract_element(arguments[0], ir.Constant(ir.IntType(32), number))
            most = builder.select(builder.fcmp_ordered(">", one, most), one, most)
        return most

    return vector.element(vector), generate


@intrinsic
def widened(typing_context, vector):
    """The same numbers in double precision."""
    if not isinstance(vector, Vector):
        return None
    wide = Vector(types.float64, vector.lanes)

    def generate(context, builder, signature_, arguments):
        if vector == wide:
            return arguments[0]
        return builder.fpext(arguments[0], _llvm(wide))

    return wide(vector), generate

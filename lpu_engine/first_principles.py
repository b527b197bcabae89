"""A Program → the same with less that was fitted.

A constant may only be taken away here: another one needs blocks of its own, another compilation.
"""

from dataclasses import replace

from lpu_engine.compiler.pipeline.program import NOTHING_FITTED, Fitted, PipelineProgram
from lpu_engine.deployment import AnyProgram


def first_principles(program: AnyProgram) -> AnyProgram:
    """The same without any fitted cycle."""
    if isinstance(program, PipelineProgram):
        return replace(program, fitted=NOTHING_FITTED)
    return program


def with_synchronise_alone(program: AnyProgram) -> AnyProgram:
    """The same without what choosing an expert takes."""
    if isinstance(program, PipelineProgram):
        return replace(program, fitted=Fitted(program.fitted.synchronise, 0))
    return program

"""Several exported folders to one whose weights are their mean.

Runs that began with the same weights and saw different conversations each forget something else;
their mean often answers better than either.
"""

import argparse
import shutil
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

from training.export import replace_file

WEIGHTS = "model.safetensors"


def average(folders: Sequence[Path], target: Path) -> None:
    """Write the mean, in the first one's precision, with the other files of the first folder."""
    models = [load_file(folder / WEIGHTS) for folder in folders]
    tensors = {
        name: torch.stack([model[name].float() for model in models]).mean(dim=0).to(first.dtype)
        for name, first in models[0].items()
    }
    target.mkdir(parents=True, exist_ok=True)
    for path in sorted(folders[0].iterdir()):
        if path.suffix == ".json":
            replace_file(target / path.name, partial(shutil.copyfile, path))
    replace_file(target / WEIGHTS, lambda path: save_file(tensors, path, metadata={"format": "pt"}))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m training.average", description=__doc__)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--into", type=Path, required=True, metavar="FOLDER")
    given = parser.parse_args()
    average(given.folders, given.into)


if __name__ == "__main__":
    main()

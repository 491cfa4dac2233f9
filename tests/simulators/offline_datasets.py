"""The library `datasets` without a network."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

import pytest


@contextmanager
def offline_datasets(cache: Path) -> Iterator[ModuleType]:
    """The library, offline and with its cache in a folder, while the block runs.

    What the client of the Hub finds in the environment when it is loaded it keeps for the rest of the
    process, and other tests push to a server of their own: so it is loaded first.
    """
    import huggingface_hub.constants

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HF_HOME", str(cache))
        import datasets

        patch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
        patch.setattr(datasets.config, "HF_HUB_OFFLINE", True)
        patch.setattr(datasets.config, "HF_DATASETS_CACHE", cache)
        datasets.disable_progress_bars()
        yield datasets

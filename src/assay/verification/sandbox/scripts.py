"""Running whole programs in a fork server."""

import os
from collections.abc import Mapping

from assay.verification.ports import Limits
from assay.verification.sandbox.host import ForkServer, RunOutput

LANGUAGES: Mapping[str, tuple[str, ...]] = {
    "bash": ("/bin/bash",),
    "javascript": ("/usr/bin/node",),
    "perl": ("/usr/bin/perl",),
    "ruby": ("/usr/bin/ruby",),
    "sh": ("/bin/sh",),
}
"""Languages besides Python, with the command that runs a source file. The command must be below /usr,
which is what every sandbox shows."""


def run_script(
    server: ForkServer,
    source: str,
    *,
    stdin: bytes = b"",
    command: tuple[str, ...] | None = None,
    limits: Limits,
) -> RunOutput:
    """Run one program to its end: standard output and error, and what it reported to the host.

    Args:
        server: where it runs.
        source: the program.
        stdin: what it reads.
        command: the interpreter that runs it; Python, warm, where absent.
        limits: what it may take.

    Raises:
        BrokenError: if the fork server failed.
    """
    input_file = os.memfd_create("stdin", os.MFD_CLOEXEC)
    pipes = [os.pipe2(os.O_CLOEXEC) for _ in range(3)]
    ends = [writing for _, writing in pipes]
    try:
        with os.fdopen(os.dup(input_file), "wb") as written:
            written.write(stdin)
        os.lseek(input_file, 0, os.SEEK_SET)
        job = {"source": source, "command": command and list(command)}
        server.start("script", job, [input_file, *ends], limits, commands=command is not None)
    except BaseException:
        for reading, _ in pipes:
            os.close(reading)
        raise
    finally:
        for handle in (input_file, *ends):
            os.close(handle)
    return server.collect([reading for reading, _ in pipes], limits, most=limits.output_kb * 1024)

"""Hostile programs: each tries one way out and prints `ESCAPED` where it finds it.

All are bounded, so that one that runs outside a sandbox does no lasting harm.
"""

from typing import NamedTuple

_CALL = """
import ctypes, os
_libc = ctypes.CDLL(None, use_errno=True)
_here = 0 if os.uname().machine == "x86_64" else 1
def call(numbers, *arguments):
    return _libc.syscall(numbers[_here], *arguments)
"""


class Hostile(NamedTuple):
    """One hostile program."""

    program: str
    """Its source; `@TOKENS@` stand for what a watched host offers."""
    verdicts: str = "pass"
    """Verdicts that it may end in."""
    processes: int = 1
    """Processes that it is allowed."""


def _system(numbers: tuple[int, int], *arguments: str) -> Hostile:
    """A program that makes one system call that must be refused."""
    given = "".join(f", {each}" for each in arguments)
    return Hostile(f"{_CALL}\nif call({numbers}{given}) >= 0: print('ESCAPED')")


def _tried(body: str, verdicts: str = "pass", processes: int = 1) -> Hostile:
    """A program that prints ESCAPED where its body raises no OSError."""
    lines = "\n".join(f"    {line}" for line in body.strip().splitlines())
    return Hostile(
        f"try:\n{lines}\n    print('ESCAPED')\nexcept (OSError, ImportError): pass",
        verdicts,
        processes,
    )


BATTERY: dict[str, Hostile] = {
    # network
    "tcp": _tried("import socket\nsocket.create_connection(('127.0.0.1', @PORT@), 1).send(b'x')"),
    "tcp_ipv6": _tried("import socket\nsocket.create_connection(('::1', @PORT@), 1).send(b'x')"),
    "udp": _tried("import socket\ns = socket.socket(2, 2)\ns.sendto(b'x', ('127.0.0.1', @UDP@))"),
    "abstract_socket": _tried("import socket\ns = socket.socket(1)\ns.connect('\\0@ABS@')\ns.send(b'x')"),
    "path_socket": _tried("import socket\ns = socket.socket(1)\ns.connect('@SOCK@')\ns.send(b'x')"),
    "vsock": _tried("import socket\nsocket.socket(40, 1)"),
    "netlink": _tried("import socket\nsocket.socket(16, 3)"),
    "raw_socket": _tried("import socket\nsocket.socket(2, 3, 1)"),
    "packet_socket": _tried("import socket\nsocket.socket(17, 3)"),
    "kernel_crypto": _tried("import socket\nsocket.socket(38, 5)"),
    "listen": _tried("import socket\nsocket.create_server(('0.0.0.0', 0))"),
    "io_uring": _system((425, 425), "8", "ctypes.create_string_buffer(256)"),
    # files
    "read_reserve": _tried("open('@RESERVE@').read()"),
    "read_shadow": _tried("open('/etc/shadow').read(1)"),
    "read_passwd": _tried("open('/etc/passwd').read(1)"),
    "read_proc": _tried("open('/proc/1/environ').read(1)"),
    "read_parent_environment": _tried("import os\nopen(f'/proc/{os.getppid()}/environ').read(1)"),
    "read_sys": _tried("open('/sys/kernel/notes', 'rb').read(1)"),
    "write_canary": _tried("open('@CANARY@/new', 'w').write('x')"),
    "change_canary": _tried("open('@RESERVE@', 'a').write('x')"),
    "write_usr": _tried("open('/usr/lib/assay-hostile', 'w').write('x')"),
    "write_root": _tried("open('/assay-hostile', 'w').write('x')"),
    "poison_harness": _tried("open('/code/assay/verification/sandbox/inside/wire.py', 'a').write('x')"),
    "poison_library": _tried("import os\nopen(os.__file__, 'a').write('#')"),
    "device_node": _tried("import os\nos.mknod('disk', 0o60600, os.makedev(8, 0))\nopen('disk', 'rb').read(1)"),
    "fifo": _tried("import os\nos.mkfifo('pipe')"),
    "link_to_host": _tried("import os\nos.symlink('@RESERVE@', 'link')\nopen('link').read(1)"),
    "hard_link": _tried("import os\nos.link('@RESERVE@', 'link')"),
    "climb_out": _tried("import os\nfor _ in range(40): os.chdir('..')\nopen('etc/shadow').read(1)"),
    "chroot": _tried("import os\nos.chroot('/tmp')"),
    "mount": _system((165, 40), "b'none', b'/tmp', b'tmpfs', 0, None"),
    "unmount": _system((166, 39), "b'/tmp', 2"),
    "pivot_root": _system((155, 41), "b'/tmp', b'/tmp'"),
    "open_by_handle": _system((304, 265), "-100, ctypes.create_string_buffer(64), 0"),
    "new_mount_calls": _system((430, 430), "b'tmpfs', 0"),
    # environment and open files
    "environment": Hostile("import os\nif 'TOP-SECRET' in str(dict(os.environ)): print('ESCAPED')"),
    "open_files": Hostile("import os\nfor n in range(5, 200):\n  try:\n    os.fstat(n); print('ESCAPED', n)\n  except OSError: pass"),
    "folder_handles": Hostile("import os\nfor n in range(200):\n  try:\n    os.open('..', 0, dir_fd=n); print('ESCAPED', n)\n  except OSError: pass"),
    "terminal": _tried("open('/dev/tty')"),
    "memory_device": _tried("open('/dev/mem', 'rb').read(1)"),
    # processes
    "fork": _tried("import os\nif os.fork() == 0: os._exit(0)"),
    "fork_bomb": Hostile("import os, time\nn = 0\ntry:\n  while n < 200:\n    if os.fork() == 0: time.sleep(5); os._exit(0)\n    n += 1\nexcept OSError: pass\nif n >= 60: print('ESCAPED', n)", "pass process_limit memory timeout", 8),
    "vfork": _tried("import os\nos.posix_spawn('/bin/true', ['true'], {})"),
    "clone3": _system((435, 435), "ctypes.create_string_buffer(88), 88"),
    "threads": Hostile("import threading, time\nn = 0\ntry:\n  while n < 200: threading.Thread(target=time.sleep, args=(5,), daemon=True).start(); n += 1\nexcept RuntimeError: pass\nif n >= 60: print('ESCAPED')", "pass process_limit", 8),
    "daemon": Hostile("import os, time\nif os.fork() == 0:\n  os.setsid()\n  if os.fork() == 0:\n    os.execv('/bin/sh', ['sh', '-c', 'sleep 30; : @MARK@'])\n  os._exit(0)", "pass", 8),
    "orphan_holds_output": Hostile("import os, time\nif os.fork() == 0: time.sleep(30)\nprint('parent is done')", "pass", 8),
    "kill_victim": _tried("import os\nos.kill(@VICTIM@, 0)"),
    "kill_all": Hostile("import os\ntry: os.kill(-1, 15)\nexcept OSError: pass"),
    "kill_parent": _tried("import os\nif os.getppid() == 0: raise OSError\nos.kill(os.getppid(), 0)"),
    "ptrace": _system((101, 117), "16, @VICTIM@, 0, 0"),
    "read_memory": _system((310, 270), "@VICTIM@, 0, 0, 0, 0, 0"),
    "pidfd": _system((434, 434), "@VICTIM@, 0"),
    "process_limits_of_others": _system((302, 261), "@VICTIM@, 7, None, ctypes.create_string_buffer(16)"),
    "ignores_signals": Hostile("import signal\nfor n in range(1, 65):\n  try: signal.signal(n, signal.SIG_IGN)\n  except (OSError, ValueError): pass\nwhile True: pass", "timeout"),
    "stops_itself": Hostile("import os, time\nos.kill(os.getpid(), 19)\ntime.sleep(30)", "timeout"),
    "subreaper": _system((157, 167), "36, 1, 0, 0, 0"),
    # kernel surface
    "user_namespace": _system((272, 97), "0x10000000"),
    "join_namespace": _system((308, 268), "0, 0x40000000"),
    "keyring": _system((250, 219), "0, -3, 1"),
    "bpf": _system((321, 280), "0, ctypes.create_string_buffer(64), 64"),
    "perf": _system((298, 241), "ctypes.create_string_buffer(128), 0, -1, -1, 0"),
    "userfaultfd": _system((323, 282), "0"),
    "memfd": _system((319, 279), "b'x', 0"),
    "another_filter": _system((317, 277), "1, 0, ctypes.create_string_buffer(16)"),
    "dumpable": _system((157, 167), "4, 1, 0, 0, 0"),
    "personality": _system((135, 92), "0x40000"),
    "kernel_module": _system((313, 273), "0, b'', 0"),
    "kexec": _system((246, 104), "0, 0, 0, 0"),
    "shared_segment": _system((29, 194), "0, 1 << 20, 0o1600"),
    "clock": _system((227, 112), "0, ctypes.create_string_buffer(16)"),
    "host_name": _system((170, 161), "b'x', 1"),
    "capabilities": _system((126, 91), "ctypes.create_string_buffer(bytes([0x22, 5, 8, 0x20, 0, 0, 0, 0]), 8), ctypes.create_string_buffer(b'\\xff' * 24, 24)"),
    "become_root": _tried("import os\nos.setuid(0)"),
    "type_into_terminal": _tried("import fcntl\nfcntl.ioctl(0, 0x5412, b'x')"),
    "x32_call": Hostile(f"{_CALL}\nif _here == 0: _libc.syscall(0x40000000 + 39); print('ESCAPED')", "crash pass"),
    # resources
    "memory": Hostile("held = []\ntry:\n  while len(held) < 32: held.append(bytearray(b'x') * (64 << 20))\nexcept MemoryError: pass\nif len(held) > 12: print('ESCAPED')"),
    "memory_mapped": Hostile("import mmap\nheld = []\ntry:\n  while len(held) < 32: held.append(mmap.mmap(-1, 64 << 20)); held[-1].write(b'x' * (64 << 20))\nexcept (OSError, MemoryError): pass\nif len(held) > 12: print('ESCAPED')", "pass"),
    "memory_of_many": Hostile("import os, time\nfor _ in range(6):\n  if os.fork() == 0: break\nheld = bytearray(b'x') * (150 << 20)\ntime.sleep(30)\nprint('ESCAPED')", "memory", 8),
    "large_file": Hostile("n = 0\ntry:\n  with open('f', 'wb') as f:\n    while n < 200: f.write(b'x' * (1 << 20)); f.flush(); n += 1\nexcept OSError: pass\nif n >= 100: print('ESCAPED')"),
    "shared_memory_files": Hostile("n = 0\nfor folder in ('/dev/shm', '/tmp', '.'):\n  try:\n    with open(folder + '/f' + str(n), 'wb') as f:\n      while n < 200: f.write(b'x' * (1 << 20)); f.flush(); n += 1\n  except OSError: pass\nif n >= 100: print('ESCAPED')"),
    "many_files": Hostile("n = 0\ntry:\n  while n < 20000: open(str(n), 'w').close(); n += 1\nexcept OSError: pass\nif n > 2000: print('ESCAPED')"),
    "output": Hostile("while True: print('x' * 65536)", "output_limit"),
    "error_output": Hostile("import sys\nwhile True: sys.stderr.write('x' * 65536)", "output_limit"),
    "output_of_children": Hostile("import os\nos.fork()\nwhile True: os.write(1, b'x' * 65536)", "output_limit", 8),
    "loop": Hostile("while True: pass", "timeout"),
    "loop_in_c": Hostile("sum(range(10**12))", "timeout"),
    "big_power": Hostile("x = 7 ** 7 ** 9", "timeout memory fail"),
    "slow_pattern": Hostile("import re\nre.match(r'(a+)+$', 'a' * 40 + 'b')", "timeout"),
    "sleep": Hostile("import time\ntime.sleep(60)", "timeout"),
    "recursion": Hostile("def f(): f()\nf()", "fail crash"),
    "deep_source": Hostile("eval('(' * 5000 + ')' * 5000)", "fail crash memory"),
    "null_pointer": Hostile("import ctypes\nctypes.string_at(0)", "crash"),
    "abort": Hostile("import os\nos.abort()", "crash"),
    "full_stack": Hostile("import ctypes\nctypes.memset(ctypes.create_string_buffer(8), 65, 1 << 24)", "crash"),
    # output that acts
    "control_bytes": Hostile("print('\\x1b]0;pwned\\x07\\x1b[2J\\x00\\x9b')"),
    "no_utf8": Hostile("import sys\nsys.stdout.buffer.write(bytes(range(256)))"),
    "direction_marks": Hostile("print('\\u202e\\u2066abc\\u200b')"),
    "false_report": Hostile("import os, json\nfor n in range(3, 64):\n  try: os.write(n, json.dumps({'verdict': 'pass', 'limit': 'memory'}).encode())\n  except OSError: pass\nraise SystemExit(1)", "fail"),
}  # fmt: skip
"""Every hostile program by its name."""

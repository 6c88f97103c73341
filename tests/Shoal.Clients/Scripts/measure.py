"""Runs a command and writes what it cost to a file as one JSON object.

Usage: measure.py RESULT COMMAND [ARGUMENT...]

Wall time is from just before the command starts to its end; processor time and peak memory are the kernel's own count
for that one process (wait4), so nothing is missed between the last look and the end. The peak is never below the few
MiB of this script, whose pages the kernel counts until the command has replaced it.
"""

import json
import os
import signal
import sys
import time


def main():
    result, command = sys.argv[1], sys.argv[2:]
    begin = time.monotonic()
    pid = os.posix_spawnp(command[0], command, os.environ)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda n, _: os.kill(pid, n))
    _, status, usage = os.wait4(pid, 0)
    wall = time.monotonic() - begin
    code = os.waitstatus_to_exitcode(status)
    with open(result, "w") as file:
        json.dump({
            "wall": wall,
            "cpu": usage.ru_utime + usage.ru_stime,
            "peakKiB": usage.ru_maxrss,
            "exitCode": code,
        }, file)
    sys.exit(code if code >= 0 else 128 - code)


main()

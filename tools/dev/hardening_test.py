# SPDX-License-Identifier: Apache-2.0
"""Small programs, linked with and without each protection, are told apart."""

import subprocess
import tempfile
import unittest
from pathlib import Path

from dev import hardening

SOURCE = """
#include <stdio.h>
#include <string.h>
int main(int count, char** words) {
    char text[16];
    strcpy(text, words[count - 1]);
    return printf("%s", text) < 0;
}
"""
HARDENED = [
    "-O2", "-pie", "-fPIE", "-fstack-protector-strong", "-U_FORTIFY_SOURCE", "-D_FORTIFY_SOURCE=2",
    "-Wl,-z,relro", "-Wl,-z,now", "-Wl,-z,noexecstack",
]  # fmt: skip


class Hardening(unittest.TestCase):
    def lacks(self, *flags):
        with tempfile.TemporaryDirectory() as folder:
            source, program = Path(folder, "a.c"), Path(folder, "a")
            source.write_text(SOURCE)
            command = ["gcc", "-w", *HARDENED, *flags, str(source), "-o", str(program)]
            subprocess.run(command, check=True, capture_output=True)
            return list(hardening.lacks(program))

    def test_finds_nothing_in_a_hardened_program(self):
        self.assertEqual(self.lacks(), [])

    def test_finds_each_missing_protection(self):
        for flags, word in (
            (("-no-pie", "-fno-PIE"), "-pie"),
            (("-Wl,-z,norelro",), "relro"),
            (("-Wl,-z,lazy",), "late"),
            (("-Wl,-z,execstack",), "stack may be executed"),
            (("-fno-stack-protector",), "return address"),
            (("-U_FORTIFY_SOURCE",), "FORTIFY"),
        ):
            with self.subTest(flags):
                (sentence,) = self.lacks(*flags)
                self.assertIn(word, sentence)

    def test_names_the_libraries_that_are_needed(self):
        elf = hardening.Elf(Path("/proc/self/exe").resolve().read_bytes())
        self.assertIn("libc.so.6", list(elf.needed()))

    def test_refuses_what_is_no_elf_file(self):
        with self.assertRaises(ValueError):
            hardening.Elf(b"#!/bin/sh\n")


if __name__ == "__main__":
    unittest.main()

# SPDX-License-Identifier: Apache-2.0
"""Reads a built program and says which of the release preset's protections it lacks.

Flags in a build file prove nothing about the file that came out; its ELF headers do. Only 64-bit
little-endian ELF is read, which is what we build.
"""

import struct
import sys
from pathlib import Path

PT_DYNAMIC, PT_GNU_STACK, PT_GNU_RELRO = 2, 0x6474E551, 0x6474E552
PF_X = 1
DT_NULL, DT_NEEDED, DT_STRTAB, DT_SYMTAB, DT_STRSZ, DT_FLAGS, DT_FLAGS_1 = (
    0,
    1,
    5,
    6,
    10,
    30,
    0x6FFFFFFB,
)
DF_BIND_NOW = 0x8
DF_1_NOW = 0x1
ET_DYN = 3


class Elf:
    """What the checks ask of one file."""

    def __init__(self, content):
        if content[:6] != b"\x7fELF\x02\x01":
            raise ValueError("not a 64-bit little-endian ELF file")
        self.content = content
        self.type = struct.unpack_from("<H", content, 16)[0]
        offset = struct.unpack_from("<Q", content, 32)[0]
        size, count = struct.unpack_from("<HH", content, 54)
        layout = "<IIQQQQQQ"
        self.segments = [
            struct.unpack_from(layout, content, offset + size * at) for at in range(count)
        ]
        self.dynamic = list(self._dynamic())

    def segment(self, kind):
        return next((segment for segment in self.segments if segment[0] == kind), None)

    def _dynamic(self):
        found = self.segment(PT_DYNAMIC)
        if found is None:
            return
        for at in range(found[2], found[2] + found[5], 16):
            tag, value = struct.unpack_from("<qQ", self.content, at)
            if tag == DT_NULL:
                return
            yield tag, value

    def value(self, tag):
        return next((value for name, value in self.dynamic if name == tag), 0)

    def offset(self, address):
        """Where a loaded address lies in the file."""
        for kind, _, offset, start, _, size, _, _ in self.segments:
            if kind == 1 and start <= address < start + size:
                return offset + address - start
        raise ValueError(f"address {address:#x} is in no segment")

    def strings(self):
        start = self.offset(self.value(DT_STRTAB))
        return self.content[start : start + self.value(DT_STRSZ)]

    def needed(self):
        """The shared libraries that it asks for."""
        strings = self.strings()
        for tag, value in self.dynamic:
            if tag == DT_NEEDED:
                yield strings[value : strings.index(b"\0", value)].decode()


def lacks(path, program=True):
    """Yields one sentence a protection that the file does not have."""
    elf = Elf(Path(path).read_bytes())
    if program and elf.type != ET_DYN:
        yield "it is not position independent (-pie)"
    if elf.segment(PT_GNU_RELRO) is None:
        yield "its relocations stay writable (-Wl,-z,relro)"
    now = elf.value(DT_FLAGS) & DF_BIND_NOW or elf.value(DT_FLAGS_1) & DF_1_NOW
    if not now:
        yield "it binds symbols late (-Wl,-z,now)"
    stack = elf.segment(PT_GNU_STACK)
    if stack is None or stack[1] & PF_X:
        yield "its stack may be executed (-Wl,-z,noexecstack)"
    strings = elf.strings()
    if b"\0__stack_chk_fail\0" not in strings:
        yield "its functions guard no return address (-fstack-protector-strong)"
    if b"_chk\0" not in strings.replace(b"\0__stack_chk_fail\0", b"\0"):
        yield "it calls no checked library function (-D_FORTIFY_SOURCE)"


def main(paths):
    found = [f"{path}: {sentence}" for path in paths for sentence in lacks(path)]
    print("\n".join(found) if found else "hardened: " + " ".join(paths))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

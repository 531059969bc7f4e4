#!/usr/bin/env python3
"""AES-encrypted ZIP samples, by 7z. Their salts are random, so existing files
are left as they are.

usage: aes_zips.py [SAMPLES]   writes SAMPLES/benign/zip/encrypted-aes*.zip
"""
import os
import struct
import subprocess
import sys
import tempfile
import zlib

SECRET = b'Secret, and fine.\r\n' * 40


def to_ae1(data):
    """AE-2 to AE-1: the version, and the CRC that AE-2 leaves out."""
    crc = struct.pack('<I', zlib.crc32(SECRET))
    out = bytearray(data)
    for sig, at in ((b'PK\3\4', 14), (b'PK\1\2', 16)):
        i = data.index(sig)
        out[i + at:i + at + 4] = crc
        x = data.index(b'\x01\x99\x07\x00\x02\x00AE', i)
        out[x + 4] = 1
    return bytes(out)


def make(bits, store):
    with tempfile.TemporaryDirectory() as tmp:
        path = os.path.join(tmp, 'secret.txt')
        with open(path, 'wb') as f:
            f.write(SECRET)
        os.utime(path, (1711929600, 1711929600))
        subprocess.run(['7z', 'a', '-tzip', '-mem=AES%d' % bits, '-phimitsu',
                        '-mx=0' if store else '-mx=5', '-mtc=off', 'a.zip',
                        'secret.txt'], cwd=tmp, check=True,
                       stdout=subprocess.DEVNULL)
        with open(os.path.join(tmp, 'a.zip'), 'rb') as f:
            return f.read()


def main():
    top = sys.argv[1] if len(sys.argv) > 1 else 'samples'
    folder = os.path.join(top, 'benign', 'zip')
    os.makedirs(folder, exist_ok=True)
    for what, bits, store, ae1 in (
            ('aes128', 128, False, False), ('aes192', 192, False, False),
            ('aes256', 256, False, False), ('aes256-stored', 256, True, False),
            ('aes256-ae1', 256, False, True)):
        path = os.path.join(folder, 'encrypted-%s.zip' % what)
        if os.path.exists(path):
            continue
        data = make(bits, store)
        with open(path, 'wb') as f:
            f.write(to_ae1(data) if ae1 else data)


main()

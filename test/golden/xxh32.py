"""XXH32 hashes with seed 0, by the xxHash library: writes xxh32.json."""

import xxhash

from golden import header, write

COMMAND = "test/golden/make xxh32"
TEXTS = ["", "a", "abc", "星", "Nobody inspects the spammish repetition"]
SIZES = [*range(80), 1000, 4096, 100_003]


def ramp(size):
    return bytes(i * i % 251 for i in range(size))


if __name__ == "__main__":
    write(
        "xxh32.json",
        {
            "header": header("xxhash (Python)", f"{xxhash.VERSION}, xxHash {xxhash.XXHASH_VERSION}", COMMAND),
            "texts": [{"text": text, "hash": xxhash.xxh32_intdigest(text.encode())} for text in TEXTS],
            "ramps": [{"size": size, "hash": xxhash.xxh32_intdigest(ramp(size))} for size in SIZES],
        },
    )

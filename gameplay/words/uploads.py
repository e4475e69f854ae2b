"""Storage of uploaded files between preview and confirmation, shared by all workers."""

import io

from import_export.tmp_storages import CacheStorage


class SharedUpload(CacheStorage):
    """A text file in the cache, for a day.

    `read` raises FileNotFoundError once it has expired, UnicodeDecodeError for a file that is not text.
    """

    def save(self, data: bytes) -> None:
        super().save(data.decode("latin-1"))  # maps any bytes to text, as the cache serialises to JSON

    def read(self) -> str:
        kept: str | None = super().read()
        if kept is None:
            raise FileNotFoundError(self.name)
        text = kept.encode("latin-1").decode(self.encoding or "utf-8")
        return io.StringIO(text, newline=None).read()

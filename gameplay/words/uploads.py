"""Uploaded files, between their preview and the confirmation: where every worker finds them."""

import io

from import_export.tmp_storages import CacheStorage


class SharedUpload(CacheStorage):
    """A text file in the cache, which all workers share, for a day.

    `read` raises FileNotFoundError when it is not there any more, UnicodeDecodeError when it is no text.
    """

    def save(self, data: bytes) -> None:
        super().save(data.decode("latin-1"))  # any bytes at all: the cache speaks JSON

    def read(self) -> str:
        kept: str | None = super().read()
        if kept is None:
            raise FileNotFoundError(self.name)
        text = kept.encode("latin-1").decode(self.encoding or "utf-8")
        return io.StringIO(text, newline=None).read()

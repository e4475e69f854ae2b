"""Storage of static files in production, under names with a hash of their content."""

import logging
from typing import Any, cast

from whitenoise.storage import CompressedManifestStaticFilesStorage

logger = logging.getLogger(__name__)


class HashedStaticStorage(CompressedManifestStaticFilesStorage):
    """WhiteNoise's manifest storage, which also rewrites imports in ES modules to hashed names."""

    support_js_module_import_aggregation = True

    def load_manifest(self) -> tuple[dict[str, Any], str]:
        """Names of the files by their names in the sources; none if the manifest is damaged, as after a power cut.

        `manage.py serve` then collects the files anew, or says that they are not collected.
        """
        try:
            return cast(tuple[dict[str, Any], str], super().load_manifest())
        except ValueError as error:
            logger.warning("The manifest of the static files is damaged: %s", error)
            return {}, ""

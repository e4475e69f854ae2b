"""Storage of static files in production, under names with a hash of their content."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStaticStorage(CompressedManifestStaticFilesStorage):
    """WhiteNoise's manifest storage, which also rewrites imports in ES modules to hashed names."""

    support_js_module_import_aggregation = True

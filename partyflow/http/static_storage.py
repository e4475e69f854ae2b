"""Static files for production: named after their content, so that a browser may keep them for ever."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStaticStorage(CompressedManifestStaticFilesStorage):
    """Rewrites the imports of ES modules too, so that a module asks for its neighbours by their hashed names."""

    support_js_module_import_aggregation = True

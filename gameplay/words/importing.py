"""Import and export of words in the admin: upload, preview, confirmation."""

from typing import Any

from django.contrib import messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from import_export.admin import ImportExportMixin
from import_export.forms import ExportForm
from redis.exceptions import RedisError

from gameplay.words import wordlist
from gameplay.words.formats import FORMATS
from gameplay.words.forms import WordConfirmForm, WordImportForm, chosen_pack, limit_pack_choices
from gameplay.words.import_export_resources import WordExport, WordImport
from gameplay.words.uploads import SharedUpload


class WordImportExportMixin(ImportExportMixin):
    """Import and export for the admin of words. An import with faulty lines shows them and changes nothing."""

    formats = FORMATS
    tmp_storage_class = SharedUpload
    import_form_class = WordImportForm
    confirm_form_class = WordConfirmForm
    export_form_class = ExportForm
    import_template_name = "admin/gameplay/word/import.html"

    def has_import_permission(self, request: HttpRequest) -> bool:
        return bool(self.has_add_permission(request) and self.has_change_permission(request))

    def has_export_permission(self, request: HttpRequest) -> bool:
        return bool(self.has_view_permission(request))

    def get_import_resource_classes(self, request: HttpRequest) -> list[type[WordImport]]:
        return [WordImport]

    def get_export_resource_classes(self, request: HttpRequest) -> list[type[WordExport]]:
        return [WordExport]

    def get_import_resource_kwargs(self, request: HttpRequest, **kwargs: Any) -> dict[str, Any]:
        return {"pack": chosen_pack(kwargs.get("form")), "account": request.user}

    def create_import_form(self, request: HttpRequest) -> Any:
        return limit_pack_choices(request.user, super().create_import_form(request))

    def create_confirm_form(self, request: HttpRequest, import_form: Any = None) -> Any:
        return limit_pack_choices(request.user, super().create_confirm_form(request, import_form))

    def get_import_data_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_import_data_kwargs(**kwargs), "rollback_on_validation_errors": True}

    def get_import_form_initial(self, request: HttpRequest) -> dict[str, Any]:
        return {"pack": request.GET.get("pack")}

    def get_confirm_form_initial(self, request: HttpRequest, import_form: Any) -> dict[str, Any]:
        return {**super().get_confirm_form_initial(request, import_form), "pack": chosen_pack(import_form)}

    def add_data_read_fail_error_to_form(self, form: Any, e: Exception) -> None:
        if isinstance(e, UnicodeDecodeError):
            form.add_error("import_file", _("The file is not UTF-8 text. Save it as “CSV UTF-8”."))
        elif isinstance(e, wordlist.UnreadableLine):
            form.add_error("import_file", str(e))
        else:
            form.add_error("import_file", _("The file cannot be read. Is the format the right one?"))

    def import_action(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        try:
            response: HttpResponse = super().import_action(request, **kwargs)
        except RedisError:
            return _redirect_to_upload(request, _("The file cannot be kept at the moment. Try again shortly."))
        return response

    def process_import(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        try:
            response: HttpResponse = super().process_import(request, **kwargs)
        except FileNotFoundError:
            return _redirect_to_upload(request, _("The uploaded file is gone. Choose it again."))
        except RedisError:
            return _redirect_to_upload(
                request, _("The uploaded file cannot be found at the moment. Try again shortly.")
            )
        return response

    def process_result(self, result: Any, request: HttpRequest) -> HttpResponse:
        if result.has_errors() or result.has_validation_errors():
            return _redirect_to_upload(
                request, _("Nothing was imported: the packs have changed meanwhile. Choose the file again.")
            )
        response: HttpResponse = super().process_result(result, request)
        return response

    def generate_log_entries(self, result: Any, request: HttpRequest) -> None:
        """Log one entry a pack instead of one a word."""
        touched = [row.instance for row in result if row.import_type in (row.IMPORT_TYPE_NEW, row.IMPORT_TYPE_UPDATE)]
        packs = {word.pack_id: word.pack for word in touched}
        for pack in packs.values():
            count = sum(word.pack_id == pack.pk for word in touched)
            text = ngettext("Imported %(count)d word.", "Imported %(count)d words.", count) % {"count": count}
            LogEntry.objects.create(
                user_id=request.user.pk,  # type: ignore[misc]
                content_type=ContentType.objects.get_for_model(pack),
                object_id=str(pack.pk),
                object_repr=str(pack),
                action_flag=CHANGE,
                change_message=text,
            )


def _redirect_to_upload(request: HttpRequest, message: str) -> HttpResponse:
    """Redirect to the upload form with an error message."""
    messages.error(request, message)
    return HttpResponseRedirect(reverse("admin:gameplay_word_import"))

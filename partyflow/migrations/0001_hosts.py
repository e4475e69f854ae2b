from django.contrib.auth.management import create_permissions
from django.db import migrations

from partyflow.admin_site import host_group


def create_host_group(apps, schema_editor):
    # Permissions are made after all migrations; here they are needed before.
    for label in ("gameplay", "rooms"):
        config = apps.get_app_config(label)
        config.models_module = True
        create_permissions(config, apps=apps, verbosity=0)
        config.models_module = None
    host_group.get_or_create_group(apps.get_model("auth", "Group"), apps.get_model("auth", "Permission"))


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("gameplay", "0002_hosts"),
        ("rooms", "0001_initial"),
    ]

    operations = [migrations.RunPython(create_host_group, migrations.RunPython.noop)]

"""How forms are drawn: ``{{ form }}`` and ``{{ form.field.as_field_group }}`` in the house's look."""

from __future__ import annotations

from django.forms.renderers import TemplatesSetting


class HouseRenderer(TemplatesSetting):
    """Label, hint, errors and field, tied together for screen readers, from ``templates/web``."""

    form_template_name = "web/form.html"
    field_template_name = "web/field.html"

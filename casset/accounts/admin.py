"""People, for operators: who they are, and letting them in or not. No password and no hash is shown."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.db.models import Count, QuerySet
from django.http import HttpRequest

from casset.accounts import artists, services
from casset.accounts.models import Artist, User

admin.site.unregister(Group)


@admin.register(Group)
class GroupAdmin(admin.ModelAdmin):
    """Groups of people that something is opened to before it is to all; rights are not given by them."""

    list_display = ("name", "members")
    search_fields = ("name",)
    fields = ("name",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Group]:
        groups: QuerySet[Group] = super().get_queryset(request)
        return groups.annotate(members_count=Count("user"))

    @admin.display(description="people", ordering="members_count")
    def members(self, group: Group) -> int:
        return int(group.members_count)  # type: ignore[attr-defined]


@admin.register(User)
class PeopleAdmin(admin.ModelAdmin):
    list_display: tuple[str, ...] = (
        "email", "name", "may_sign_in", "is_staff", "date_joined", "last_login",
    )  # fmt: skip
    list_filter = ("is_active", "is_staff", "date_joined")
    search_fields = ("email", "name")
    list_per_page = 50
    show_full_result_count = False
    ordering = ("-date_joined",)
    actions = ("deactivate", "activate", "send_reset_link")
    fields = (
        "email",
        "name",
        "may_sign_in",
        "groups",
        "is_staff",
        "is_superuser",
        "date_joined",
        "last_login",
    )
    autocomplete_fields = ("groups",)
    delete_confirmation_template = "admin/accounts/delete_person.html"
    delete_selected_confirmation_template = "admin/accounts/delete_people.html"
    readonly_fields = ("email", "may_sign_in", "date_joined", "last_login")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # people register; `make admin` opens an operator's account

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody deletes themselves, only a superuser a superuser."""
        may = super().has_delete_permission(request, obj)
        if obj is None or not may:
            return may
        return obj.pk != request.user.pk and (request.user.is_superuser or not obj.is_superuser)

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[str]]:
        """What goes with each person, in sentences; not the rows, of which there may be thousands."""
        told = [
            item
            for user in objs
            for item in (str(user), services.what_goes_with(user) or ["Nothing else."])
        ]
        refused = (
            {"user"} if any(not self.has_delete_permission(request, one) for one in objs) else set()
        )
        return told, {"people": len(objs)}, refused, []

    def delete_model(self, request: HttpRequest, obj: User) -> None:
        services.delete(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for user in queryset:
            services.delete(user)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Only a superuser makes others staff or superusers."""
        rights = () if request.user.is_superuser else ("is_staff", "is_superuser")
        return (*self.readonly_fields, *rights)

    @admin.display(boolean=True, ordering="is_active")
    def may_sign_in(self, user: User) -> bool:
        return user.is_active

    @admin.action(
        description="Deactivate: sign out everywhere, revoke tokens", permissions=["change"]
    )
    def deactivate(self, request: HttpRequest, chosen: QuerySet[User]) -> None:
        for user in chosen:
            if user.pk == request.user.pk:
                messages.error(request, "You cannot deactivate yourself.")
            elif user.is_superuser and not request.user.is_superuser:
                messages.error(request, f"{user}: only a superuser can deactivate a superuser.")
            else:
                services.deactivate(user)
                self.log_change(request, user, "Deactivated.")
                messages.success(request, f"{user} is signed out everywhere and cannot sign in.")

    @admin.action(description="Let sign in again", permissions=["change"])
    def activate(self, request: HttpRequest, chosen: QuerySet[User]) -> None:
        for user in chosen:
            services.activate(user)
            self.log_change(request, user, "Activated.")
            messages.success(request, f"{user} can sign in again.")

    @admin.action(description="Send a link to set a new password", permissions=["change"])
    def send_reset_link(self, request: HttpRequest, chosen: QuerySet[User]) -> None:
        for user in chosen:
            services.send_reset_link(email=user.email)
            self.log_change(request, user, "Sent a link to set a new password.")
        messages.success(request, "The letters are on their way to those who may sign in.")


@admin.register(Artist)
class ArtistAdmin(admin.ModelAdmin):
    """Who people are in public. What they say of themselves is theirs; a picture can be taken out."""

    list_display = ("handle", "name", "user", "declaration", "has_picture", "created_at")
    list_filter = ("declaration", "created_at")
    search_fields = ("handle", "name", "id", "user__email")
    search_help_text = "A handle, a name, an e-mail address, or the artist's id"
    list_select_related = ("user",)
    list_per_page = 50
    show_full_result_count = False
    ordering = ("-created_at",)
    actions = ("take_picture_out",)
    fields = ("handle", "name", "user", "bio", "links", "declaration", "has_picture", "created_at", "id")  # fmt: skip

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # people choose their own

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """For the list's actions only: no field of a row is typed over."""
        return obj is None and super().has_change_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("has_picture", *(field.name for field in Artist._meta.fields))

    @admin.display(boolean=True, description="picture")
    def has_picture(self, artist: Artist) -> bool:
        return bool(artist.avatar)

    @admin.action(description="Take the picture out", permissions=["change"])
    def take_picture_out(self, request: HttpRequest, chosen: QuerySet[Artist]) -> None:
        for artist in chosen:
            artists.edit_profile(artist, without_avatar=True)
            self.log_change(request, artist, "Took the picture out.")
            messages.success(request, f"{artist} has no picture now.")

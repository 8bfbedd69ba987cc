"""Money: reserved before it is spent, settled with what it really cost, released when it was not needed.

``spent + reserved <= budget`` is a rule of the database. Amounts are millionths of a US dollar.
"""

from __future__ import annotations

from django.db import transaction
from django.db.models import F, Sum

from casset.lib.errors import BudgetExceeded
from pipeline import tallies
from pipeline.models import MICROS, Job, Reservation


def micros(dollars: float) -> int:
    """Dollars as a provider states them, to the nearest millionth."""
    return round(dollars * MICROS)


def reserve(job: Job, *, stage: str, key: str, amount_micros: int) -> Reservation:
    """Set money aside for one purchase. The same ``key`` gives the same reservation again.

    One that was released is opened anew, so a purchase that failed may be tried again. Raises
    ``BudgetExceeded`` when it does not fit the job's budget; nothing is reserved then.
    """
    with transaction.atomic():
        kept, made = Reservation.objects.get_or_create(
            job=job, key=key, defaults={"stage": stage, "amount_micros": amount_micros}
        )
        if not made:
            reopened = Reservation.objects.filter(pk=kept.pk, status=Reservation.RELEASED).update(
                status=Reservation.OPEN, amount_micros=amount_micros, request_id=""
            )
            kept.refresh_from_db()
            if not reopened:
                return kept
        fits = Job.objects.filter(
            pk=job.pk,
            budget_micros__gte=F("spent_micros") + F("reserved_micros") + amount_micros,
        ).update(reserved_micros=F("reserved_micros") + amount_micros)
        if not fits:
            raise BudgetExceeded(
                f"This step would cost {amount_micros / MICROS:.2f} USD, more than is left of the "
                f"film's budget of {job.budget_micros / MICROS:.2f} USD. Nothing was spent on it."
            )
    return kept


def settle(reservation: Reservation, actual_micros: int) -> bool:
    """Book what the purchase really cost; True the first time, False when it was booked before.

    A purchase that cost more than was reserved, and more than is left, is booked in full on the
    reservation and up to the budget on the job; then ``BudgetExceeded`` is raised.
    """
    with transaction.atomic():
        settled = Reservation.objects.filter(pk=reservation.pk, status=Reservation.OPEN).update(
            status=Reservation.SETTLED, actual_micros=actual_micros
        )
        if not settled:
            return False
        job = Job.objects.select_for_update().get(pk=reservation.job_id)
        reserved = job.reserved_micros - reservation.amount_micros
        left = job.budget_micros - job.spent_micros - reserved
        booked = min(actual_micros, left)
        Job.objects.filter(pk=job.pk).update(
            reserved_micros=reserved, spent_micros=job.spent_micros + booked
        )
        tallies.count("spent_micros", reservation.stage, by=booked, at_once=True)
    if booked < actual_micros:
        raise BudgetExceeded(
            f"The provider charged {actual_micros / MICROS:.2f} USD, more than was agreed; "
            "the film's budget is used up."
        )
    return True


def release(reservation: Reservation) -> bool:
    """Give back money that was not spent; True the first time."""
    with transaction.atomic():
        released = Reservation.objects.filter(pk=reservation.pk, status=Reservation.OPEN).update(
            status=Reservation.RELEASED
        )
        if released:
            Job.objects.filter(pk=reservation.job_id).update(
                reserved_micros=F("reserved_micros") - reservation.amount_micros
            )
    return bool(released)


def release_open(job: Job) -> int:
    """Give back everything a job that ended had still reserved without a provider's request running."""
    given = 0
    for reservation in job.reservations.filter(status=Reservation.OPEN, request_id=""):
        given += release(reservation)
    return given


def by_stage(job: Job) -> dict[str, int]:
    """What was spent, by stage."""
    rows = job.reservations.filter(status=Reservation.SETTLED).order_by()
    return {
        row["stage"]: row["total"]
        for row in rows.values("stage").annotate(total=Sum("actual_micros"))
    }

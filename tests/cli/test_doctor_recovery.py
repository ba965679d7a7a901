"""What the doctor says of restored rows that hold services, and of what their recovery waits for."""

from datetime import UTC, datetime

from casella.common.v1 import recovery_pb2 as pb
from cli.doctor.findings import Level
from cli.doctor.recovery import judge
from services.kit.wire import to_timestamp

NOON = to_timestamp(datetime(2026, 11, 24, 12, tzinfo=UTC))
NEVER = pb.GetRecoveryResponse()
ENDED = pb.GetRecoveryResponse(recovery=pb.Recovery(begun_at=NOON, ended_at=NOON))
BEGUN = pb.GetRecoveryResponse(recovery=pb.Recovery(begun_at=NOON))
READ = pb.Recovery(begun_at=NOON, read_at=NOON, mails_at=NOON)


def test_of_services_that_nothing_holds_the_doctor_says_nothing() -> None:
    assert judge({"trial": NEVER, "payments": ENDED}) == []


def test_a_recovery_is_wrong_at_once_and_told_with_where_and_what_it_waits_for() -> None:
    findings = [pb.Finding(confirmed_at=NOON), pb.Finding(), pb.Finding()]
    undecided = pb.GetRecoveryResponse(recovery=READ, findings=findings)
    (found,) = judge({"trial": BEGUN, "mailboxes": BEGUN, "ordering": ENDED, "payments": undecided})
    assert (found.level, found.alert) == (Level.WRONG, "CasellaRecoveryUnderWay")
    assert "since 2026-11-24 13:00 CET in trial, mailboxes, payments, where" in found.text
    told = "what had left was not read back (trial, mailboxes); 2 findings are not decided (payments)"
    assert found.text.endswith(f": {told}")


def test_which_emails_had_left_must_have_been_said() -> None:
    (found,) = judge({"trial": pb.GetRecoveryResponse(recovery=pb.Recovery(begun_at=NOON, read_at=NOON))})
    assert found.text.endswith(": nobody has said which emails had left (trial)")


def test_a_recovery_that_only_waits_for_its_end_is_told_as_such() -> None:
    (found,) = judge({"trial": pb.GetRecoveryResponse(recovery=READ)})
    assert found.text.endswith(": nothing is missing for its end")
    assert "casella recover end" in found.remedy

"""Scenes of the trial: sign-up, the emailed link, the first mailboxes, the emails that come meanwhile."""

from grpc.aio import AioRpcError

from casella.mailboxes.v1 import mailboxes_pb2
from deploy.local.demo.stage import Stage, until
from deploy.local.demo.tale import Tale
from services.kit.wire import from_timestamp
from workflows import names


async def begin_trial(stage: Stage, tale: Tale) -> None:
    """Sign up, follow the emailed link, log in."""
    customer = tale.customer
    tale.ids["sign_up"] = await customer.sign_up()
    stage.tell(f"{customer.first_name} signs up as {customer.email}; the domain's MX and the other checks pass")
    trial = await customer.confirm()
    tale.ids["account"] = customer.account_id
    tale.became("trial", "ACTIVE", from_timestamp(trial.started_at))
    stage.tell(f"the emailed link confirms the address; the trial has begun, {trial.days_left} days are left")
    see(stage, tale, "Trial", names.trial_id(customer.account_id))
    await customer.log_in()

    async def opened() -> mailboxes_pb2.Allowance | None:
        try:
            return await customer.allowance()
        except AioRpcError:  # "not ready": the Trial workflow opens the account a moment after the confirmation
            return None

    allowance = await until(opened, "the account in the mail system")
    stage.tell(f"logged in: {allowance.max_domains} domains and {allowance.max_mailboxes} mailboxes may be tried")


def see(stage: Stage, tale: Tale, name: str, workflow_id: str) -> None:
    """Show and remember where an operator follows a workflow."""
    tale.workflows[workflow_id] = stage.teller.link(workflow_id)
    stage.teller.workflow(name, workflow_id)


async def use_trial(stage: Stage, tale: Tale, *names_of_mailboxes: str) -> None:
    """Add a domain and mailboxes."""
    customer = tale.customer
    domain = f"{tale.key}-{customer.email.partition('@')[2].partition('.')[0]}.example"
    await customer.add_domain(domain)
    for name in names_of_mailboxes:
        await customer.create_mailbox(f"{name}@{domain}")
    tale.ids["domain"] = domain
    stage.tell(f"adds {domain} with {', '.join(names_of_mailboxes)}")


async def news(stage: Stage, tale: Tale, told: set[str]) -> set[str]:
    """Tell of the emails that have come since, each on its own day."""
    messages = await stage.inbox.messages(tale.customer.email)
    for message in messages:
        if message["Message-ID"] not in told:
            stage.teller.scene(message["Date"].datetime, f"email: {message['Subject']}")
    return {message["Message-ID"] for message in messages}

"""Jobs: one computation for one input, watched, stopped with the best, found again after a restart."""

from threading import Event

import pytest

from app_pages.jobs import KEPT, WAITING, Job, Jobs, State
from inventory import UsageError
from inventory.text import speaking
from planner import Scenario, Tick
from tests import plans

CITY = plans.city()


class Planner:
    """Stands in for the planner: works until told to stop or let go, and counts its calls."""

    def __init__(self, *, patient: bool = False) -> None:
        self.calls, self.told, self.go = 0, Event(), Event()
        if not patient:
            self.go.set()

    def __call__(self, city, graph, scenario, *, time_limit, gap, watch):
        self.calls += 1
        going = watch(Tick("cost", 0.1, 200.0, 100.0, 1.0))
        self.told.set()
        while going and not self.go.wait(0.01):
            going = watch(Tick("cost", 0.2, 150.0, 100.0, 0.5))
        stopped = {"status": "feasible"} if not going else {}
        return plans.plan(scenario=scenario.model_dump(mode="json"), **stopped)


def scenario(number: int = 12):
    return Scenario.model_validate(plans.SCENARIO.model_dump() | {"periods": number})


def finished(jobs: Jobs, job_id: str) -> Job:
    job = jobs.find(job_id)
    job.future.exception(timeout=10)
    return job


def test_the_same_input_is_computed_once(tmp_path):
    planner = Planner()
    jobs = Jobs(tmp_path, planner)
    first = jobs.submit(CITY, scenario(), 5, 0.01)
    finished(jobs, first)
    assert jobs.submit(CITY, scenario(), 5, 0.01) == first
    assert planner.calls == 1
    assert jobs.plan(first) == plans.plan(scenario=scenario().model_dump(mode="json"))


def test_every_part_of_the_input_tells_jobs_apart(tmp_path):
    jobs = Jobs(tmp_path, Planner())
    asked = [(scenario(), 5, 0.01), (scenario(8), 5, 0.01), (scenario(), 6, 0.01), (scenario(), 5, 0.02)]
    ids = {jobs.submit(CITY, *request) for request in asked}
    with speaking("en"):
        ids.add(jobs.submit(CITY, scenario(), 5, 0.01))
    assert len(ids) == len(asked) + 1


def test_stopping_keeps_the_best_and_lets_it_be_improved(tmp_path):
    planner = Planner(patient=True)
    jobs = Jobs(tmp_path, planner)
    stopped = jobs.submit(CITY, scenario(), 5, 0.01)
    assert planner.told.wait(5)
    assert jobs.find(stopped).state is State.running
    jobs.stop(stopped)
    assert finished(jobs, stopped).state is State.done
    assert jobs.plan(stopped).status == "feasible"
    assert [tick.incumbent for tick in jobs.find(stopped).ticks][:2] == [200.0, 150.0]
    planner.go.set()
    assert jobs.submit(CITY, scenario(), 5, 0.01) == stopped
    finished(jobs, stopped)
    assert (jobs.plan(stopped).status, planner.calls) == ("optimal", 2)


def test_a_waiting_job_can_be_taken_back(tmp_path):
    planner = Planner(patient=True)
    jobs = Jobs(tmp_path, planner)
    running, waiting = (jobs.submit(CITY, scenario(n), 5, 0.01) for n in (4, 5))
    assert planner.told.wait(5)
    assert (jobs.find(waiting).state, jobs.ahead(jobs.find(waiting))) == (State.waiting, 1)
    jobs.stop(waiting)
    planner.go.set()
    finished(jobs, running)
    assert (jobs.find(waiting).state, jobs.find(waiting).error) == (State.failed, None)
    assert jobs.finished() == [running]


def test_the_queue_is_bounded(tmp_path):
    planner = Planner(patient=True)
    jobs = Jobs(tmp_path, planner)
    first = jobs.submit(CITY, scenario(1), 5, 0.01)
    assert planner.told.wait(5)
    for number in range(WAITING):
        jobs.submit(CITY, scenario(2 + number), 5, 0.01)
    with pytest.raises(UsageError):
        jobs.submit(CITY, scenario(20), 5, 0.01)
    planner.go.set()
    finished(jobs, first)


def test_a_restart_finds_finished_plans(tmp_path):
    before = Jobs(tmp_path, Planner())
    job_id = before.submit(CITY, scenario(), 5, 0.01)
    plan = finished(before, job_id).future.result()
    after = Jobs(tmp_path, Planner())
    assert (after.find(job_id), after.finished(), after.plan(job_id)) == (None, [job_id], plan)


def test_a_failure_is_told_and_leaves_no_plan(tmp_path, caplog):
    def breaking(*args, **kwargs):
        raise UsageError("nothing to plan")

    jobs = Jobs(tmp_path, breaking)
    job = finished(jobs, jobs.submit(CITY, scenario(), 5, 0.01))
    assert (job.state, str(job.error), jobs.finished()) == (State.failed, "nothing to plan", [])


def test_a_file_that_is_no_plan_is_computed_again(tmp_path):
    planner = Planner()
    jobs = Jobs(tmp_path, planner)
    job_id = jobs.submit(CITY, scenario(), 5, 0.01)
    finished(jobs, job_id)
    (tmp_path / f"{job_id}.json").write_text('{"schema": "govplan.plan/0"}')
    assert jobs.plan(job_id) is None
    finished(jobs, jobs.submit(CITY, scenario(), 5, 0.01))
    assert (planner.calls, jobs.plan(job_id).status) == (2, "optimal")


def test_old_plans_make_room(tmp_path):
    jobs = Jobs(tmp_path, Planner())
    for number in range(1, KEPT + 3):
        finished(jobs, jobs.submit(CITY, scenario(number), 5, 0.01))
    assert len(jobs.finished()) == KEPT


@pytest.mark.parametrize("foreign", ["../../etc/passwd", "", "0" * 15, "g" * 16])
def test_an_id_from_the_outside_is_no_path(tmp_path, foreign):
    (tmp_path / "shelf").mkdir()
    (tmp_path / "passwd.json").write_text("{}")
    assert Jobs(tmp_path / "shelf", Planner()).plan(foreign) is None

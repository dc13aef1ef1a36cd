"""What sources export: every format, its units, its gaps, and what cannot be told."""

import json
from datetime import UTC, date, datetime, timedelta

import numpy as np
import openpyxl
import pytest

from inventory import InputError, UsageError
from inventory.audit import telemetry
from inventory.audit.telemetry import METRICS, Lake, import_file

EPOCH = date(1970, 1, 1)
START = int(datetime(2026, 3, 1, tzinfo=UTC).timestamp())


@pytest.fixture
def lake(tmp_path):
    return Lake(tmp_path / "lake")


@pytest.fixture
def file(tmp_path):
    def write(text, name="export.csv", encoding="utf-8"):
        path = tmp_path / name
        path.write_bytes(text.encode(encoding) if isinstance(text, str) else text)
        return path

    return write


def workbook(path, rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def by(lake, *names):
    """Columns of the roll-ups by (resource, metric)."""
    found = lake.rollups()
    rows = zip(found.resource, found.metric, *(getattr(found, name) for name in names), strict=True)
    return {(found.resources[r], METRICS[m]): tuple(int(v) for v in values) for r, m, *values in rows}


def refused(call, *words):
    with pytest.raises(InputError) as caught:
        call()
    text = "\n".join(str(fault) for fault in caught.value.faults)
    assert all(word in text for word in words), text
    return caught.value.faults


WIDE = """虚拟机,时间,CPU利用率(%),内存使用率(%),网络流入(KB/s),核数
甲,2026-03-01 08:00:00,1.5,40,2,4
甲,2026-03-01 08:05:00,2.5,,3,4
"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_wide_table_in_chinese(lake, file, encoding):
    done = import_file(lake, file(WIDE, encoding=encoding), zone="Asia/Shanghai")
    assert (done.kind, done.rows, done.rejected) == ("wide", 5, 0)
    assert by(lake, "total", "observed", "expected") == {
        ("甲", "cpu"): (400, 2, 288),
        ("甲", "memory"): (4000, 1, 288),
        ("甲", "net_in"): (5000, 2, 288),
    }
    assert lake.rollups().vcpu.tolist() == [4]


def test_a_blank_is_missing_and_a_bad_row_is_rejected_with_its_line(lake, file):
    text = "vm,ts,cpu_pct\na,1772323200,1\na,1772323500,\na,1772323800,x\n,1772324100,1\n"
    text += "a,never,1\na,1772324400,-1\na,1772324700,900\na,1,2,3\na,1772325000,0\n"
    done = import_file(lake, file(text))
    rows = [line.split(",")[:2] for line in done.rejects.read_text().splitlines()[1:]]
    assert sorted(rows) == [
        ["4", "not-a-number"],
        ["5", "no-resource"],
        ["6", "bad-time"],
        ["7", "negative"],
        ["8", "above-whole"],
        ["9", "columns"],
    ]
    assert (done.rows, done.rejected) == (2, 6)


def test_what_cannot_be_told_is_refused_with_the_choices(lake, file):
    text = "vm,ts,cpu,net_rx_kbps,memory_usage\na,1772323200,0.5,3,0.4\n"
    faults = refused(
        lambda: import_file(lake, file(text)),
        "--unit cpu=percent",
        "--unit cpu=ratio",
        "--unit net_in=KB/s",
        "--unit net_in=kbit/s",
        "--unit memory=ratio",
    )
    assert len(faults) == 3
    said = {"cpu": "ratio", "net_in": "kbit/s", "memory": "percent"}
    import_file(lake, file(text), unit=said)
    assert by(lake, "total") == {("a", "cpu"): (5000,), ("a", "net_in"): (375,), ("a", "memory"): (40,)}


def test_a_scale_is_told_only_where_values_prove_it(lake, file):
    import_file(lake, file("vm,ts,cpu_util\na,1772323200,0.5\na,1772323500,37\n"))
    assert by(lake, "peak") == {("a", "cpu"): (3700,)}


def test_megahertz_need_a_capacity(lake, file):
    text = "vm,ts,CPU usage [MHz]\na,1772323200,500\n"
    refused(lambda: import_file(lake, file(text)), "--column cpu_capacity=")
    whole = "vm,ts,CPU usage [MHz],cpu capacity [GHz]\na,1772323200,500,2\n"
    import_file(lake, file(whole))
    assert by(lake, "peak") == {("a", "cpu"): (2500,)}


@pytest.mark.parametrize(
    ("clock", "hour"),
    [
        ("1772323200", 8),
        ("1772323200000", 8),
        ("2026-03-01T00:00:00Z", 8),
        ("2026-03-01T08:00:00+08:00", 8),
        ("2026-03-01 08:00", 8),
        ("2026年3月1日 8:00", 8),
        ("2026/3/1 8:00:30", 8),
    ],
)
def test_times_of_every_form(lake, file, clock, hour):
    import_file(lake, file(f"vm,ts,cpu_pct\na,{clock},1\n"), zone="Asia/Shanghai")
    assert np.flatnonzero(lake.rollups().hours[0]).tolist() == [hour]


def test_a_time_without_a_zone_is_refused(lake, file):
    text = "vm,ts,cpu_pct\na,2026-03-01 08:00,1\n"
    refused(lambda: import_file(lake, file(text)), "2026-03-01 08:00", "--zone")


def test_a_number_that_is_no_time_is_rejected_unless_its_unit_is_said(lake, file):
    text = "vm,ts,cpu_pct\na,86400000,1\n"
    assert import_file(lake, file(text)).rejected == 1
    assert import_file(lake, file(text), unit={"ts": "s"}).rows == 1


GWA = ";\t".join(
    (
        "Timestamp [ms]",
        "CPU cores",
        "CPU capacity provisioned [MHZ]",
        "CPU usage [MHZ]",
        "CPU usage [%]",
        "Memory capacity provisioned [KB]",
        "Memory usage [KB]",
        "Disk read throughput [KB/s]",
        "Disk write throughput [KB/s]",
        "Network received throughput [KB/s]",
        "Network transmitted throughput [KB/s]\n",
    )
)


def test_gwa_seconds_and_powered_off(lake, file):
    rows = "1372629804;\t2;\t5851.99;\t87.7;\t1.5;\t8000;\t2000;\t1.5;\t0;\t0;\t0\n"
    rows += "1372630104;\t0;\t0;\t0;\t0;\t0;\t0;\t0;\t0;\t0;\t0\n"
    done = import_file(lake, file(GWA + rows, "17.csv"))
    assert (done.kind, done.rejected) == ("gwa", 0)
    found = by(lake, "observed", "off", "total")
    assert found["17", "cpu"] == (1, 1, 150)
    assert found["17", "memory"] == (1, 1, 2500)
    assert found["17", "disk_read"] == (1, 1, 1500)


def prometheus(*series):
    result = [{"metric": labels, "values": [[t, str(v)] for t, v in values]} for labels, values in series]
    return json.dumps({"status": "success", "data": {"resultType": "matrix", "result": result}})


def test_prometheus_counters_with_a_reset_and_a_gap(lake, file):
    def labels(device):
        return {"__name__": "node_network_receive_bytes_total", "instance": "web-1:9100", "device": device}

    eth0 = [(START, 1000), (START + 60, 7000), (START + 120, 600), (START + 600, 48_600)]
    eth1 = [(START, 0), (START + 60, 600)]
    lo = [(START, 0), (START + 60, 10**9)]
    text = prometheus((labels("eth0"), eth0), (labels("eth1"), eth1), (labels("lo"), lo))
    done = import_file(lake, file(text, "q.json"))
    assert (done.kind, done.rows) == ("prometheus", 3)
    assert by(lake, "total", "peak", "observed") == {("web-1", "net_in"): (110 + 10 + 100, 110, 3)}


def test_prometheus_idle_seconds_become_use_of_the_machine(lake, file):
    def idle(cpu, second):
        labels = {"__name__": "node_cpu_seconds_total", "instance": "n", "cpu": cpu, "mode": "idle"}
        return labels, [(START, 100), (START + 60, 100 + second)]

    user = {"__name__": "node_cpu_seconds_total", "instance": "n", "cpu": "0", "mode": "user"}, [(START, 1)]
    import_file(lake, file(prometheus(idle("0", 60), idle("1", 30), user), "cpu.json"))
    assert by(lake, "total") == {("n", "cpu"): (2500,)}
    assert lake.rollups().vcpu.tolist() == [2]


def test_prometheus_asks_for_the_label_and_the_name(lake, file):
    text = prometheus(({"domain": "vm-1", "instance": "host:9177"}, [(START, 0.25)]))
    path = file(text, "q.json")
    refused(lambda: import_file(lake, path), "--column resource=domain", "--column resource=instance")
    said = {"resource": "domain"}
    refused(lambda: import_file(lake, path, column=said), "--metric cpu")
    refused(lambda: import_file(lake, path, column=said, metric="cpu"), "--unit cpu=ratio")
    import_file(lake, path, column=said, metric="cpu", unit={"cpu": "ratio"})
    assert by(lake, "total") == {("vm-1", "cpu"): (2500,)}


def test_zabbix_history(lake, file):
    items = [
        {"itemid": "1", "key_": "system.cpu.util[,idle]", "units": "%", "hosts": [{"host": "h"}]},
        {"itemid": "2", "key_": 'net.if.in["eth0"]', "units": "bps", "hosts": [{"host": "h"}]},
    ]
    history = [
        {"itemid": "1", "clock": str(START), "value": "90"},
        {"itemid": "2", "clock": str(START), "value": "8000"},
    ]
    done = import_file(lake, file(json.dumps({"items": items, "history": history}), "z.json"))
    assert (done.kind, done.rows) == ("zabbix", 2)
    assert by(lake, "total") == {("h", "cpu"): (1000,), ("h", "net_in"): (1000,)}


def test_zabbix_rates_without_units_and_items_without_names_are_refused(lake, file):
    text = 'host,key_,clock,value\nh,"net.if.in[""eth0""]",1772323200,5\n'
    refused(lambda: import_file(lake, file(text)), "--unit net_in=bit/s", "--unit net_in=B/s")
    refused(lambda: import_file(lake, file("itemid,clock,value\n1,1772323200,5\n", "i.csv")), "items")


def test_zabbix_trends_bound_a_day(lake, file):
    text = "host,key_,clock,num,value_min,value_avg,value_max\n"
    for cells in (f"{START},60,1,2,10", f"{START + 3600},20,3,4,5", "x,1,1,1,1"):
        text += f"h,system.cpu.util,{cells}\n"
    done = import_file(lake, file(text))
    assert (done.rows, done.rejected) == (1, 1)
    found = lake.summaries()
    assert (found.resources, found.first.tolist()) == (("h",), [(date(2026, 3, 1) - EPOCH).days])
    assert (found.mean[0], found.peak[0], found.mean_of_peaks[0], found.n[0]) == (250, 1000, 1000, 80)
    assert len(lake.rollups()) == 0


def measures(*values):
    stamps = (datetime.fromtimestamp(START, UTC) + timedelta(minutes=5 * n) for n in range(len(values)))
    return [[stamp.isoformat(), 300.0, value] for stamp, value in zip(stamps, values, strict=True)]


def test_gnocchi_nanoseconds_with_a_reboot(lake, file):
    cpu = measures(0, 300 * 10**9, 60 * 10**9)
    data = {"vm": {"cpu": {"mean": cpu}, "vcpus": {"mean": measures(2)}}}
    done = import_file(lake, file(json.dumps(data), "g.json"))
    assert (done.kind, done.rows) == ("gnocchi", 2)
    assert by(lake, "total", "peak", "expected") == {("vm", "cpu"): (6000, 5000, 288)}
    assert lake.rollups().vcpu.tolist() == [2]


def test_gnocchi_without_cores_is_refused(lake, file):
    text = "resource_id,metric,timestamp,granularity,value\nvm,cpu,2026-03-01T00:00:00,300,5\n"
    refused(lambda: import_file(lake, file(text)), "vcpus")


def test_vmware_counters_with_units(lake, file):
    text = '"MetricId","Timestamp","Value","Unit","Entity","Instance"\n'
    for name, value, unit, instance in (
        ("cpu.usage.average", "12.5", "%", ""),
        ("cpu.usage.average", "99", "%", "0"),
        ("net.received.average", "3", "KBps", ""),
        ("mem.usage.average", "50", "%", ""),
        ("sys.uptime.latest", "5", "second", ""),
    ):
        text += f'"{name}","2026/3/1 8:00:00","{value}","{unit}","vm-1","{instance}"\n'
    done = import_file(lake, file(text), zone="Asia/Shanghai")
    assert (done.kind, done.ignored) == ("vmware", ("sys.uptime.latest [second]",))
    assert by(lake, "total") == {
        ("vm-1", "cpu"): (1250,),
        ("vm-1", "memory"): (5000,),
        ("vm-1", "net_in"): (3000,),
    }


def test_vmware_megahertz_without_capacity_are_refused(lake, file):
    text = "MetricId,Timestamp,Value,Unit,Entity\ncpu.usagemhz.average,1772323200,500,MHz,vm\n"
    refused(lambda: import_file(lake, file(text)), "cpu_capacity", "percent")


def test_monthly_workbook_with_two_rows_of_headings(lake, tmp_path):
    rows = [
        ["2026年3月资源利用率"],
        ["虚拟机名称", "月份", "CPU利用率", None, None, "内存利用率"],
        [None, None, "均值", "峰值", "均峰值", "均值"],
        ["vm-1", "2026-03", "3.5%", "41%", "12%", "60%"],
        ["vm-2", "2026年3月", "0.5%", None, "2%", "x"],
        ["", "2026-03", "1%", "1%", "1%", "1%"],
    ]
    done = import_file(lake, workbook(tmp_path / "report.xlsx", rows))
    assert (done.kind, done.rows, done.rejected) == ("monthly", 2, 2)
    found = lake.summaries()
    assert (found.mean.tolist(), found.peak.tolist(), found.mean_of_peaks.tolist()) == (
        [350, 6000],
        [4100, -1],
        [1200, -1],
    )
    assert (EPOCH + timedelta(int(found.first[0])), EPOCH + timedelta(int(found.last[0]))) == (
        date(2026, 3, 1),
        date(2026, 3, 31),
    )


def test_monthly_shares_below_one_are_refused(lake, tmp_path):
    path = workbook(tmp_path / "r.xlsx", [["主机", "月份", "CPU均值(%)"], ["vm", "2026-03", 0.125]])
    refused(lambda: import_file(lake, path), "--unit cpu=percent", "--unit cpu=ratio")
    import_file(lake, path, unit={"cpu": "ratio"})
    assert lake.summaries().mean.tolist() == [1250]


def test_monthly_without_a_month_is_refused(lake, tmp_path):
    path = workbook(tmp_path / "r.xlsx", [["主机", "CPU均值"], ["vm", "12%"]])
    refused(lambda: import_file(lake, path), "月份")
    import_file(lake, path.rename(tmp_path / "2026-03.xlsx"))
    assert len(lake.summaries()) == 1


def test_signals_wide_in_chinese(lake, tmp_path):
    rows = [
        ["系统", "日期", "登录次数", "请求数", "最后部署日期"],
        ["oa", "2026-03-01", 0, "1,200", "2025-12-31"],
        ["oa", "2026/3/2", None, "abc", "2025-12-31"],
        ["", "2026-03-01", 1, 1, None],
        ["oa", "never", 1, None, None],
    ]
    done = import_file(lake, workbook(tmp_path / "s.xlsx", rows))
    assert (done.kind, done.rejected) == ("signals", 4)
    found = lake.signals()
    names = [telemetry.SIGNALS[s] for s in found.signal]
    days = [(EPOCH + timedelta(int(d))).isoformat() for d in found.day]
    assert list(zip(names, days, found.count.tolist(), found.observed.tolist(), strict=True)) == [
        ("logins", "2026-03-01", 0, True),
        ("logins", "2026-03-02", 0, False),
        ("requests", "2026-03-01", 1200, True),
        ("deploys", "2025-12-31", 1, True),
    ]


def test_signals_long(lake, file):
    text = "system,day,signal,count\n"
    for cells in ("logins,3", "flows_in,0", "nonsense,0"):
        text += f"oa,2026-03-01,{cells}\n"
    done = import_file(lake, file(text))
    assert (done.kind, done.rows, done.rejected) == ("signals", 2, 1)
    assert lake.signals().count.tolist() == [3, 0]


def test_an_unknown_kind_is_refused(lake, file):
    refused(lambda: import_file(lake, file("a,b\n1,2\n")), "--kind", "monthly")
    with pytest.raises(UsageError):
        import_file(lake, file("a,b\n1,2\n"), kind="nonsense")
    with pytest.raises(UsageError):
        import_file(lake, file("a,b\n1,2\n").with_name("absent.csv"))


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("empty.csv", b""),
        ("bad.json", b'{"a": ['),
        ("cut.parquet", b"PAR1 and no more"),
        ("cut.xlsx", b"PK\x03\x04 and no more"),
        ("noise.csv", bytes(range(256)) * 9),
        ("empty.json", b"[]"),
    ],
)
def test_a_broken_file_is_refused_in_words(lake, file, name, data):
    faults = refused(lambda: import_file(lake, file(data, name)))
    assert all(fault.fix for fault in faults)
    assert lake.sources() == ()


def test_a_table_without_a_row_is_taken(lake, file):
    assert import_file(lake, file("vm,ts,cpu_pct\n")).rows == 0
    assert len(lake.rollups()) == 0


def test_a_long_table_with_units_and_devices(lake, file):
    text = "resource,metric,device,ts,value,unit\n"
    for device in ("eth0", "eth1"):
        text += f"a,net_in,{device},1772323200,3,KB/s\n"
    text += "a,cpu_ns,,1772323200,0,\na,cpu_ns,,1772323500,300000000000,\na,vcpu,,1772323200,4,\n"
    done = import_file(lake, file(text))
    assert (done.kind, done.rejected) == ("long", 0)
    assert by(lake, "total") == {("a", "net_in"): (6000,), ("a", "cpu"): (2500,)}

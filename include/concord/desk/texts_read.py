"""The words of the pages that only show."""

from __future__ import annotations

from collections.abc import Mapping

READ: Mapping[str, Mapping[str, str]] = {
    # Overview
    "now.agree": {"en": "Both sides agree", "zh": "两侧数据一致"},
    "now.except": {
        "en": "Both sides agree, except for what waits below",
        "zh": "除下列待处理项外，两侧数据一致",
    },
    "now.held": {
        "en": "Not in agreement: planned writes wait for a person",
        "zh": "尚未一致：有计划写入等待人工处理",
    },
    "now.late": {"en": "Not up to date: a lane is late", "zh": "数据不够新：有通道延迟"},
    "now.failed": {"en": "The last batch of a lane failed", "zh": "有通道的最近批次失败"},
    "now.unproven": {
        "en": "The last night could not be proved complete and tied",
        "zh": "最近一夜的完整性或总额未能证明",
    },
    "now.nothing": {"en": "No batch has run yet", "zh": "尚未运行任何批次"},
    "now.first": {"en": "The first batches are under way", "zh": "首批批次正在运行"},
    "now.note.first": {
        "en": "No batch has ended yet. Look again in some minutes: most of what is open below goes "
        "by itself.",
        "zh": "还没有批次结束。请过几分钟再看：下列事项大多会自动消失。",
    },
    "now.note.agree": {"en": "Nothing for you to do.", "zh": "无需处理。"},
    "now.note.except": {
        "en": "{n} open points. The rest of the data goes on; each point says what it needs.",
        "zh": "{n} 个待处理点。其余数据正常流转；每一点都说明所需操作。",
    },
    "now.note.held": {
        "en": "Nothing else waits for them. Approve or reject them under Reviews.",
        "zh": "其他数据不受影响。请在“待审”中批准或拒绝。",
    },
    "now.note.late": {
        "en": "What is shown is correct, but older than its target. See the lanes below; the "
        "operator"
        " looks at Airflow's scheduler.",
        "zh": "所示数据正确，但已超过目标时限。请看下方各通道；运维人员请检查 Airflow 调度器。",
    },
    "now.note.failed": {
        "en": "Nothing is left half-written; the next batch begins where it did. See the run "
        "for the"
        " cause.",
        "zh": "没有写了一半的数据，下一批次从同一位置开始。原因见该次运行。",
    },
    "now.note.unproven": {
        "en": "The certificate names each difference that has no reason.",
        "zh": "证明列出了每一项没有原因的差异。",
    },
    "now.note.nothing": {
        "en": "Start a lane in Airflow, or run ./concord run fast.",
        "zh": "请在 Airflow 中启动通道，或运行 ./concord run fast。",
    },
    "fresh": {"en": "How fresh", "zh": "数据新鲜度"},
    "fresh.lane": {"en": "Lane", "zh": "通道"},
    "fresh.target": {"en": "Target", "zh": "目标"},
    "fresh.late": {"en": "late", "zh": "延迟"},
    "fresh.on_time": {"en": "on time", "zh": "按时"},
    "fresh.note": {
        "en": "How long ago the newest good batch began that read the system. All that was "
        "committed"
        " there before is in the hub.",
        "zh": "距最近一次成功读取该系统的批次开始的时间。此前提交的数据均已入库。",
    },
    "proof": {"en": "Last certificates", "zh": "最近证明"},
    "proof.none": {
        "en": "No certificate yet: the nightly lane issues them.",
        "zh": "暂无证明：由夜间通道签发。",
    },
    "proof.completeness": {"en": "Complete", "zh": "完整性"},
    "proof.tie": {"en": "Totals tie", "zh": "总额相符"},
    "proof.completeness.good": {"en": "nothing was missed", "zh": "无遗漏"},
    "proof.completeness.explained": {"en": "differences explained", "zh": "差异已说明"},
    "proof.completeness.bad": {"en": "not everything was compared", "zh": "未全部比对"},
    "proof.tie.good": {"en": "all totals agree", "zh": "总额一致"},
    "proof.tie.explained": {"en": "differences explained", "zh": "差异已说明"},
    "proof.tie.bad": {"en": "differences without a reason", "zh": "存在无原因差异"},
    "open": {"en": "What is open", "zh": "待处理"},
    "open.none": {"en": "Nothing is open.", "zh": "没有待处理项。"},
    "open.what": {"en": "What", "zh": "事项"},
    "open.count": {"en": "How many", "zh": "数量"},
    "open.money": {"en": "At stake, {currency}", "zh": "涉及金额（{currency}）"},
    "open.oldest": {"en": "Oldest", "zh": "最早"},
    "open.unpriced": {"en": "and {n} without a known price", "zh": "另有 {n} 项金额未知"},
    "open.held": {"en": "Held change sets", "zh": "被暂停的变更集"},
    "open.way": {"en": "Writes on their way", "zh": "在途写入"},
    "open.unknown": {
        "en": "Writes whose answer was lost; they are looked up before anything is sent again",
        "zh": "应答丢失的写入；重发前会先查证",
    },
    "open.quarantine": {"en": "In quarantine", "zh": "隔离中"},
    "open.quarantine.write": {"en": "Writes refused by", "zh": "被拒绝的写入："},
    "open.parked": {"en": "Waiting for a record they refer to", "zh": "等待所引用的记录"},
    "open.review": {"en": "Tasks", "zh": "任务"},
    "quality.trend": {"en": "In quarantine at the end of each day", "zh": "每日结束时隔离数量"},
    "pace": {"en": "Throughput of the last {n} batches", "zh": "最近 {n} 个批次的吞吐量"},
    "pace.read": {"en": "records read", "zh": "读取记录"},
    "pace.accepted": {"en": "changes taken", "zh": "采纳变更"},
    "pace.confirmed": {"en": "writes confirmed", "zh": "确认写入"},
    "pace.last": {"en": "Last hour", "zh": "最近一小时"},
    "chart.most": {"en": "at most {n}", "zh": "最多 {n}"},
    "chart.now": {"en": "now {n}", "zh": "当前 {n}"},
    "golden": {"en": "Golden record", "zh": "统一记录"},
    "review.set_back": {"en": "a system that was set back", "zh": "系统被回退"},
    "review.undo": {"en": "an undo left to a person", "zh": "撤销待人工处理"},
    "state.open": {"en": "running", "zh": "运行中"},
    "state.done": {"en": "done", "zh": "完成"},
    "state.failed": {"en": "failed", "zh": "失败"},
    # Quality
    "quality.note": {
        "en": "Of {checked} judgements in the last runs of all rules, {failed} failed.",
        "zh": "所有规则最近一次运行共 {checked} 次判定，{failed} 次不合格。",
    },
    "quality.incidents": {"en": "Open incidents", "zh": "未关闭的事件"},
    "quality.no_incidents": {"en": "None: no rule fails.", "zh": "无：没有规则不合格。"},
    "quality.incident": {"en": "incident", "zh": "事件"},
    "quality.scores": {"en": "Scores", "zh": "得分"},
    "quality.score": {"en": "Score", "zh": "得分"},
    "quality.rules": {"en": "Rules", "zh": "规则"},
    "quality.failing": {"en": "Failing", "zh": "不合格"},
    "quality.last": {"en": "Last judged in", "zh": "最近判定"},
    "quality.over_time": {"en": "Failures in the last {n} runs", "zh": "最近 {n} 次运行的不合格数"},
    "incident.reason": {"en": "About", "zh": "原因"},
    "incident.source_data": {"en": "wrong values are typed", "zh": "录入错误"},
    "incident.interface": {"en": "a system sends them", "zh": "接口错误"},
    "incident.migration": {"en": "data is being moved", "zh": "数据迁移中"},
    "incident.rule_wrong": {"en": "the rule asks for too much", "zh": "规则过严"},
    "incident.expected": {"en": "known, and will pass", "zh": "已知，将自行消失"},
    "incident.other": {"en": "something else", "zh": "其他"},
    "incident.told": {
        "en": "Open since {when}, in {n} failing runs.",
        "zh": "自 {when} 起，已有 {n} 次运行不合格。",
    },
    "incident.save": {"en": "Save", "zh": "保存"},
    "incident.note": {
        "en": "It closes by itself when the rule passes again.",
        "zh": "规则恢复合格后自动关闭。",
    },
    # Files: the English headings are names that programs know columns by.
    "file.system": {"en": "system", "zh": "系统"},
    "file.entity": {"en": "entity", "zh": "实体"},
    "file.rule": {"en": "rule", "zh": "规则"},
    "file.meaning": {"en": "meaning", "zh": "含义"},
    "file.severity": {"en": "severity", "zh": "严重程度"},
    "file.owner": {"en": "owner", "zh": "负责人"},
    "file.checked": {"en": "checked", "zh": "检查数"},
    "file.failed": {"en": "failed", "zh": "不合格数"},
    "file.score": {"en": "score", "zh": "得分"},
    "file.in_quarantine": {"en": "in_quarantine", "zh": "隔离数"},
    "file.incident": {"en": "incident", "zh": "事件"},
    "file.batch": {"en": "batch", "zh": "批次"},
    "file.at": {"en": "at", "zh": "时间"},
    "file.notes": {"en": "Notes", "zh": "说明"},
    "file.cells": {
        "en": "Cells with more than {most} characters, which were cut: {n}",
        "zh": "超过 {most} 个字符而被截断的单元格：{n}",
    },
    "file.first": {"en": "The first {n}:", "zh": "前 {n} 个："},
    "file.mark": {"en": "… [cut: {n} characters]", "zh": "…… [已截断：共 {n} 个字符]"},
    # Runs
    "runs": {"en": "Runs", "zh": "运行"},
    "runs.note": {
        "en": "Batch by batch: what came, what it became, where it went.",
        "zh": "逐批次：读入什么、变成什么、写到哪里。",
    },
    "runs.batch": {"en": "Batch", "zh": "批次"},
    "runs.started": {"en": "Started", "zh": "开始"},
    "runs.took": {"en": "Took", "zh": "用时"},
    "runs.state": {"en": "State", "zh": "状态"},
    "runs.read": {"en": "Read", "zh": "读取"},
    "runs.accepted": {"en": "Taken", "zh": "采纳"},
    "runs.quarantined": {"en": "Quarantined", "zh": "隔离"},
    "runs.planned": {"en": "Planned", "zh": "计划写入"},
    "runs.confirmed": {"en": "Confirmed", "zh": "已确认"},
    "runs.dry": {"en": "dry run", "zh": "试运行"},
    "runs.none": {"en": "No batch like that.", "zh": "没有符合条件的批次。"},
    "runs.airflow": {"en": "Run in Airflow", "zh": "Airflow 中的运行"},
    "runs.logs": {"en": "Logs in Airflow", "zh": "Airflow 日志"},
    "runs.command": {"en": "run at the command line", "zh": "由命令行运行"},
    "runs.report": {"en": "As one page in all languages", "zh": "多语言单页报告"},
    "runs.of_none": {
        "en": "This run has no batch: it has not begun one, it is not one of Concord's lanes, "
        "or its"
        " batch was pruned.",
        "zh": "此次运行没有批次：可能尚未开始、不是 Concord 的通道，或批次已被清理。",
    },
    "runs.dag_none": {
        "en": "This DAG is not one of Concord's lanes.",
        "zh": "此 DAG 不是 Concord 的通道。",
    },
    "runs.newer": {"en": "Newer batch", "zh": "较新批次"},
    "runs.older": {"en": "Older batch", "zh": "较旧批次"},
    # Certificates
    "certificates": {"en": "Certificates", "zh": "证明"},
    "certificates.note": {
        "en": "What full runs proved. Each holds the hash of the one before it.",
        "zh": "全量运行的证明。每份证明都包含前一份的哈希。",
    },
    "certificates.number": {"en": "Number", "zh": "编号"},
    "certificates.kind": {"en": "Kind", "zh": "类型"},
    "certificates.at": {"en": "Issued", "zh": "签发时间"},
    "certificates.verdict": {"en": "Verdict", "zh": "结论"},
    "certificates.hash": {"en": "Hash", "zh": "哈希"},
    "certificates.sheet": {"en": "As a sheet to sign", "zh": "签字用单页"},
    # KPIs
    "kpis": {"en": "KPIs", "zh": "关键指标"},
    "kpis.days": {"en": "{n} days", "zh": "{n} 天"},
    # By which rule a value won, the first word of what the hub keeps; the rest is names.
    "by.owner": {"en": "owner", "zh": "归属系统"},
    "by.priority": {"en": "priority", "zh": "优先顺序"},
    "by.aggregate": {"en": "aggregate", "zh": "汇总"},
    "by.latest": {"en": "latest", "zh": "最新值"},
    "by.non_empty": {"en": "not empty", "zh": "非空值"},
    "by.steward": {"en": "a steward decides", "zh": "由数据管理员决定"},
    "by.rule": {"en": "rule", "zh": "业务规则"},
    "by.posted": {"en": "posted: {system} decides", "zh": "已过账：由 {system} 决定"},
    "kpis.at": {"en": "As of {at}.", "zh": "截至 {at}。"},
    "kpis.over": {"en": "Period", "zh": "时段"},
    "kpis.n": {"en": "from {n}", "zh": "基于 {n} 条"},
    "kpis.empty": {"en": "Nothing in this period.", "zh": "该时段没有数据。"},
    "kpis.rest": {"en": "{n} more", "zh": "另外 {n} 项"},
    "kpis.means": {"en": "What it means", "zh": "含义"},
    "kpis.of": {"en": "Of", "zh": "项目"},
    "kpis.count": {"en": "Number", "zh": "数量"},
    "kpi.order_steps": {"en": "Order processing time", "zh": "订单处理时间"},
    "kpi.order_steps.unit": {"en": "days to shipment, median", "zh": "天（到发货，中位数）"},
    "kpi.order_steps.means": {
        "en": "Of orders of the period that are confirmed or done: days from the order to the first"
        " shipment, from the first shipment to the last delivery, from the order to the first "
        "posted"
        " invoice, and from that to the payment that settled it. Median, and what nine of ten stay"
        " within.",
        "zh": "时段内已确认或已完成的订单：下单到首次发货、首次发货到最后送达、下单到首张过账发票"
        "、发票到结清付款的天数。中位数，以及十分之九不超过的值。",
    },
    "kpi.order_steps.0": {"en": "Median, days", "zh": "中位数（天）"},
    "kpi.order_steps.1": {"en": "Nine of ten, days", "zh": "90% 以内（天）"},
    "step.shipped": {"en": "order → shipped", "zh": "下单 → 发货"},
    "step.delivered": {"en": "shipped → delivered", "zh": "发货 → 送达"},
    "step.invoiced": {"en": "order → invoiced", "zh": "下单 → 开票"},
    "step.paid": {"en": "invoiced → paid", "zh": "开票 → 付款"},
    "kpi.first_time_right": {"en": "First time right", "zh": "一次通过率"},
    "kpi.first_time_right.unit": {"en": "of records taken at once", "zh": "记录一次采纳"},
    "kpi.first_time_right.means": {
        "en": "Records that came new or changed in the period and were taken at once, of those and"
        " those that went into quarantine first.",
        "zh": "时段内新增或变更的记录中，直接采纳的占比（分母含先进入隔离的记录）。",
    },
    "kpi.first_time_right.0": {"en": "Right at once", "zh": "一次通过"},
    "kpi.first_time_right.1": {"en": "Into quarantine", "zh": "进入隔离"},
    "kpi.touchless": {"en": "Touchless rate", "zh": "免人工率"},
    "kpi.touchless.unit": {"en": "of writes without a person", "zh": "写入无需人工"},
    "kpi.touchless.means": {
        "en": "Writes planned in the period that no person had to approve, reject or take back,"
        " of all"
        " planned ones.",
        "zh": "时段内计划的写入中，无需人工批准、拒绝或撤销的占比。",
    },
    "kpi.touchless.0": {"en": "Without a person", "zh": "无需人工"},
    "kpi.latency": {"en": "Sync latency", "zh": "同步延迟"},
    "kpi.latency.unit": {"en": "in the fast lane, median", "zh": "快速通道，中位数"},
    "kpi.latency.means": {
        "en": "From the start of the batch that read a change to the answer of the system that "
        "it was"
        " written to, per call. Before it comes at most one interval of the lane.",
        "zh": "从读取变更的批次开始，到目标系统应答写入的时间（按调用统计）。此前最多再加一个通道"
        "间隔。",
    },
    "kpi.latency.0": {"en": "Median", "zh": "中位数"},
    "kpi.latency.1": {"en": "95 of 100", "zh": "95% 以内"},
    "kpi.duplicates": {"en": "Duplicates found", "zh": "发现的重复"},
    "kpi.duplicates.unit": {"en": "found in the period", "zh": "时段内发现"},
    "kpi.duplicates.means": {
        "en": "Records that one system holds twice, records whose match is in doubt, and golden"
        " records"
        " that became one, all found in the period.",
        "zh": "时段内发现的：同一系统内的重复记录、匹配存疑的记录，以及合并为一的统一记录。",
    },
    "kpi.duplicates.0": {"en": "Settled", "zh": "已处理"},
    "dup.double": {"en": "twice in one system", "zh": "同系统重复"},
    "dup.match": {"en": "match in doubt", "zh": "匹配存疑"},
    "dup.merged": {"en": "merged", "zh": "已合并"},
    "kpi.satisfaction": {"en": "Satisfaction", "zh": "满意度"},
    "kpi.satisfaction.unit": {"en": "of 5, mean answer", "zh": "分（满分 5，平均）"},
    "kpi.satisfaction.means": {
        "en": "Answers of customers whose tickets were closed in the period, 1 (bad) to 5 "
        "(good); the"
        " share of 4 and 5; and the median of hours until a ticket was closed.",
        "zh": "时段内关闭的工单的客户评分，1（差）到 5（好）；4 分和 5 分的占比；以及关闭工单所需"
        "小时数的中位数。",
    },
    "kpi.satisfaction.0": {"en": "4 or 5", "zh": "4 分及以上"},
    "kpi.satisfaction.1": {"en": "Hours to close, median", "zh": "关闭用时（小时，中位数）"},
    "ticket.answered": {"en": "answered", "zh": "已评分"},
}

"""Every word on a certificate's page, in every language that it speaks; see texts.py."""

from __future__ import annotations

from collections.abc import Mapping

CERTIFICATE: Mapping[str, Mapping[str, str]] = {
    "title.completeness": {"en": "Certificate of completeness", "zh": "完整性证明"},
    "title.tie": {"en": "Certificate of agreeing totals", "zh": "总额核对证明"},
    "number": {"en": "No. {n}", "zh": "第 {n} 号"},
    "language": {"en": "Language", "zh": "语言"},
    "company": {"en": "Company", "zh": "公司"},
    "issued": {"en": "Issued", "zh": "签发时间"},
    "batch": {"en": "Batch", "zh": "批次"},
    "lane": {"en": "Lane", "zh": "通道"},
    "as_of": {"en": "As of", "zh": "数据时点"},
    "hub": {"en": "Golden records", "zh": "统一数据"},
    # Verdicts
    "completeness.good": {
        "en": "Everything was compared, and nothing stands apart",
        "zh": "全部数据均已比对，无例外记录",
    },
    "completeness.explained": {
        "en": "Everything was compared, except for the records that stand apart below",
        "zh": "除下列例外记录外，全部数据均已比对",
    },
    "completeness.bad": {
        "en": "Not complete: {n} tables were not compared",
        "zh": "不完整：有 {n} 个表未比对",
    },
    "completeness.bad.one": {
        "en": "Not complete: one table was not compared",
        "zh": "不完整：有 1 个表未比对",
    },
    "tie.good": {"en": "All totals agree on every side", "zh": "各侧总额全部一致"},
    "tie.explained": {
        "en": "The totals agree, except for {n} differences whose reasons are known",
        "zh": "除 {n} 处原因已知的差异外，各侧总额一致",
    },
    "tie.explained.one": {
        "en": "The totals agree, except for one difference whose reason is known",
        "zh": "除 1 处原因已知的差异外，各侧总额一致",
    },
    "tie.bad.one": {
        "en": "One difference has no explanation: somebody has to look at it",
        "zh": "有 1 处差异原因不明，须人工核查",
    },
    "tie.bad": {
        "en": "{n} differences have no explanation: somebody has to look at them",
        "zh": "有 {n} 处差异原因不明，须人工核查",
    },
    # Completeness
    "col.table": {"en": "Table", "zh": "表"},
    "col.compared": {"en": "Compared", "zh": "已比对"},
    "col.healed": {"en": "Differed, healed", "zh": "有差异并已修复"},
    "col.late": {"en": "Of these late or missed", "zh": "其中迟到或遗漏"},
    "col.incomparable": {"en": "Not comparable", "zh": "无法比对"},
    "col.quarantined": {"en": "In quarantine", "zh": "在隔离区"},
    "col.parked": {"en": "Waiting for others", "zh": "等待关联记录"},
    "not_compared": {"en": "not compared", "zh": "未比对"},
    "held": {"en": "held back: {why}", "zh": "已暂停：{why}"},
    "incomparable": {"en": "Not comparable", "zh": "无法比对的记录"},
    "by_company": {"en": "By company", "zh": "按公司"},
    "no_company": {"en": "no company", "zh": "无公司"},
    "col.missing": {"en": "Gone there", "zh": "该侧缺失"},
    "col.extra": {"en": "New there", "zh": "该侧多出"},
    "col.changed": {"en": "Changed there", "zh": "该侧变更"},
    "incomparable.why": {"en": "{n} × {why}", "zh": "{why} × {n}"},
    # Totals
    "col.group": {"en": "Group", "zh": "分组"},
    "col.side": {"en": "Side", "zh": "系统"},
    "col.records": {"en": "Records", "zh": "记录数"},
    "col.difference": {"en": "Difference", "zh": "差额"},
    "col.why": {"en": "Why", "zh": "原因"},
    "in_home": {"en": "All, in {currency}", "zh": "合计（{currency}）"},
    "agree": {"en": "agrees", "zh": "一致"},
    "no_records": {"en": "no records", "zh": "无记录"},
    "side.own": {
        "en": "figures of the system itself, asked in one look",
        "zh": "由系统自身在同一时点计算",
    },
    "side.images": {
        "en": "as the hub last saw it, since the system was not asked: {why}",
        "zh": "按中枢库最近一次读取计算，未直接询问系统：{why}",
    },
    "differences": {"en": "Differences from the golden records", "zh": "与统一数据的差异"},
    "more": {"en": "and {n} more", "zh": "另有 {n} 条"},
    "reason.": {"en": "unexplained", "zh": "原因不明"},
    "reason.timing": {"en": "timing: on its way", "zh": "时间差：正在处理"},
    "reason.rounding": {"en": "rounding", "zh": "舍入"},
    "reason.exchange_rate": {"en": "exchange rate", "zh": "汇率"},
    "reason.policy": {"en": "policy", "zh": "策略"},
    "reason.quarantine": {"en": "quarantine: failed a rule", "zh": "隔离：未通过校验"},
    "reason.parked": {"en": "parked: waits for another record", "zh": "等待关联记录"},
    "reason.held": {"en": "held: a person has to decide", "zh": "待人工决定"},
    # What it proves
    "proof": {"en": "What this proves", "zh": "本证明的含义"},
    "proof.completeness": {
        "en": "Every record of these tables was compared with what Concord holds of it, by count"
        " and digest, at the time that stands beside it. What differed was read again and went"
        " through the rules. What could not be compared is counted apart, never as equal. It does"
        " not prove that the values are right in themselves.",
        "zh": "上列各表的每条记录均在所示时点按条数与摘要同 Concord 所存数据比对；"
        "有差异的记录已重新读取并按规则处理；无法比对的记录单独计数，绝不视为一致。本证明不说明数据本身是否正确。",
    },
    "proof.tie": {
        "en": "Counts and totals of each group were computed on every side and compared to the last"
        " digit. Every difference is made up of records with a reason, or is called unexplained."
        " Differences within one group that cancel each other are found by the comparison of single"
        " records (certificate of completeness), not here.",
        "zh": "各分组的条数与总额在每一侧分别计算并逐位比对；"
        "每处差异均由有原因的记录构成，否则标为原因不明。"
        "同一分组内相互抵消的差异由逐条比对（完整性证明）发现，不在本证明范围内。",
    },
    "sign.name": {"en": "Controller", "zh": "财务负责人"},
    "sign.date": {"en": "Date", "zh": "日期"},
    "sign.signature": {"en": "Signature", "zh": "签字"},
    "hash": {"en": "Hash", "zh": "哈希值"},
    "previous": {"en": "Follows", "zh": "前一哈希"},
    "check": {
        "en": "To verify: {command}, and compare the hash with the line of this certificate in the"
        " anchor file.",
        "zh": "验证方法：{command}，并与锚定文件中本证明所在行的哈希值核对。",
    },
}

"""Sentences of the engine in the other languages, by key: what went wrong, and what to do.

English is the sentence itself, where it is made (`errors.Said`); `{n}` and the like are places for
its values.
"""

from __future__ import annotations

from collections.abc import Mapping

SAID: Mapping[str, Mapping[str, str]] = {
    "system.away": {"zh": "无法连接 {system}（{address}）：{why}"},
    "text.long": {"zh": "内容共 {n} 个字符，最多 {most} 个"},
    "text.unstorable": {"zh": "内容含有无法保存的字符，请重新填写"},
    "list.no_mark": {"zh": "该地址不是此列表的某一页，请从第一页开始"},
    # Reviews
    "review.other": {"zh": "任务 {id} 已与您查看时不同：其中的值此后有变。请重新查看后再决定"},
    "review.closed": {
        "zh": "任务 {id} 已由 {who} 于 {when} 决定：{choice}{why}。您没有更改任何内容",
    },
    "review.hidden": {
        "zh": "任务 {id} 涉及 {entity} 的 {fields}，您无权查看：请交由有权限的人处理"
    },
    "review.no_choice": {"zh": "任务 {id} 没有选项 {wanted}；可选：{known}"},
    "review.needs": {"zh": "选项“{choice}”还需要{needs}"},
    "review.not_always": {"zh": "只有采用某个系统的值时才能提议为规则"},
    "review.gone": {"zh": "任务 {id}：记录已不存在。请选择“不写入任何内容”来关闭"},
    "review.which": {"zh": "任务 {id}：请指明 {system} 的哪一条记录；现有：{keys}"},
    "review.no_before": {"zh": "任务 {id}：此前的值已不再保存，请选择其他选项"},
    "review.all_gone": {"zh": "任务 {id}：各系统中都已没有该记录，请选择“保留现有记录”"},
    "match.gone": {"zh": "任务 {id}：该记录已不存在。请选择“不是同一个”来关闭"},
    "match.other": {"zh": "任务 {id}：所选统一记录没有与该记录相同的键，请重新查看候选记录"},
    "match.differs": {
        "zh": "任务 {id}：两者的 {fields} 不同，表示不同的事物。请先在来源系统中更正"
    },
    "field.required": {"zh": "{entity} 的 {field} 为必填，不能为空"},
    "value.wrong": {
        "zh": "{entity}：{fields} 的值无法采纳。代码字段允许的值见表单中的列表，或 config/codes",
    },
    # Quarantine
    "entry.none": {"zh": "没有隔离记录 {id}"},
    "entry.closed": {"zh": "隔离记录 {id} 已由 {who} 于 {when} 处理（{entry}）{why}，无需再处理"},
    "entry.sent": {
        "zh": "隔离记录 {id} 已由 {who} 于 {when} 更正或重发，下一批次重新校验。您没有更改任何内容",
    },
    "entry.other": {"zh": "隔离记录 {id} 已与您查看时不同。请重新查看后再决定"},
    "entry.busy": {"zh": "隔离记录 {id} 正由他人修改，请重试"},
    "entry.a_write": {"zh": "隔离记录 {id} 是 {system} 拒绝的写入：请在记录的来源系统中更正后重发"},
    "entry.a_rule": {
        "zh": "隔离记录 {id} 是业务规则的结果：请更正规则或其读取的记录后重发",
    },
    "entry.golden": {
        "zh": "隔离记录 {id} 是统一记录：请更正其来源记录或所依赖的内容；每个批次都会重新校验",
    },
    "entry.no_column": {"zh": "隔离记录 {id} 没有列 {columns}；有：{known}"},
    "dismissal.why": {"zh": "忽略需要填写说明"},
    "bulk.size": {"zh": "给出了 {n} 条；一次可处理 1 到 {most} 条"},
    "write_back.nowhere": {"zh": "隔离记录 {id} 不是从系统读取的记录，无处写回"},
    "write_back.new": {
        "zh": "隔离记录 {id} 从未被采纳，没有统一记录，Concord 不会写入：请在 {system} 中更正，或"
        "在此更正供其他系统使用",
    },
    "write_back.fixed": {"zh": "隔离记录 {id}：{fields} 不能写回 {system}，请在该系统中更正"},
    "write_back.wrong": {
        "zh": "隔离记录 {id}：{columns} 的值无法采纳。代码列允许的值见该列下方，或 config/codes",
    },
    # Change sets and deletions
    "set.none": {"zh": "没有变更集 {id}"},
    "set.closed": {"zh": "变更集 {id} 无需再决定：{set}（{who}，{when}）"},
    "set.undone": {"zh": "变更集 {id} 已由变更集 {by} 撤销"},
    "set.unwritten": {"zh": "变更集 {id} 没有写入任何内容"},
    "deletions.none": {"zh": "{system} 的 {entity} 没有等待决定的删除"},
    # Tables that changed
    "column.none": {"zh": "{system} 的 {entity} 没有停用的列"},
    "column.gone": {"zh": "列 {column} 已不存在"},
    "column.other": {"zh": "列 {column} 的类型原为 {was}，现为 {now}"},
    "column.needed": {"zh": "必需的列 {columns} 已不存在或类型有变，因此停止"},
    "column.merged": {"zh": "表示合并去向的列 {column} 已不存在，因此停止"},
    # Forms of the desk
    "form.language": {"zh": "没有这种语言；可选：{known}"},
    "form.action": {"zh": "请说明操作：更正、重发或忽略"},
    "form.unchanged": {"zh": "没有修改任何值，无需更正"},
    "form.list": {"zh": "记录清单不完整，请重新打开该组"},
    "form.choice": {"zh": "没有选择：请选一项"},
    "form.set": {"zh": "变更集可批准、部分批准或拒绝"},
    "form.amount": {"zh": "批准所依据的金额须为大于零的数字"},
    "form.part": {"zh": "请说明批准哪一部分：金额、写入类型或单项写入"},
    "form.rule": {"zh": "表单不完整，请重新打开该规则"},
}
NAMES: Mapping[str, str] = {
    "system": "system", "entity": "entity", "choice": "choice", "needs": "needs",
    "entry": "entry", "set": "sets.state",
}  # fmt: skip
"""Values that are names of ours: of which kind, in the catalogues of the pages."""

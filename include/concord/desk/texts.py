"""The words of the desk in every language; `{n}` and the like are places for values.

A page speaks one language at a time, the one its reader chose.
"""

from __future__ import annotations

from collections.abc import Mapping

from concord.desk.texts_read import READ
from concord.desk.texts_work import WORK
from concord.report.words import TEXTS as REPORT

SHELL: Mapping[str, Mapping[str, str]] = {
    "nav": {"en": "Pages", "zh": "页面"},
    "nav.overview": {"en": "Overview", "zh": "总览"},
    "nav.quality": {"en": "Quality", "zh": "质量"},
    "nav.quarantine": {"en": "Quarantine", "zh": "隔离区"},
    "nav.reviews": {"en": "Reviews", "zh": "待审"},
    "nav.records": {"en": "Records", "zh": "记录"},
    "nav.runs": {"en": "Runs", "zh": "运行"},
    "nav.certificates": {"en": "Certificates", "zh": "证明"},
    "nav.kpis": {"en": "KPIs", "zh": "指标"},
    "skip": {"en": "To the content", "zh": "跳到正文"},
    "search": {"en": "Find a record", "zh": "查找记录"},
    "search.hint": {"en": "Name, number, e-mail, tax number …", "zh": "名称、编号、邮箱、税号……"},
    "keys": {"en": "Keyboard", "zh": "键盘"},
    "keys.search": {"en": "search", "zh": "搜索"},
    "keys.go": {"en": "go to", "zh": "前往"},
    "keys.rows": {"en": "next and previous row; Enter opens it", "zh": "下一行、上一行；回车打开"},
    "keys.help": {"en": "this list", "zh": "本列表"},
    "close": {"en": "Close", "zh": "关闭"},
    "stop": {"en": ". ", "zh": "。"},
    "signed_in": {"en": "Signed in as {who}", "zh": "当前用户：{who}"},
    "may_look": {"en": "may look, not decide", "zh": "只读"},
    "print": {"en": "Print", "zh": "打印"},
    "more": {"en": "Next page", "zh": "下一页"},
    "first": {"en": "First page", "zh": "首页"},
    "colon": {"en": ": ", "zh": "："},
    "none": {"en": "None", "zh": "无"},
    "all": {"en": "all", "zh": "全部"},
    "show": {"en": "Show", "zh": "显示"},
    "ago": {"en": "{span} ago", "zh": "{span}前"},
    "never": {"en": "never", "zh": "从未"},
    "zone": {"en": "Times are those of {zone}.", "zh": "时间均为 {zone} 时区。"},
    # Pages that cannot be shown
    "error.401": {"en": "You are not signed in", "zh": "尚未登录"},
    "error.401.do": {
        "en": "Your session has ended, or has not begun. Sign in to Airflow, then open this "
        "page again;"
        " nothing that you had already saved is lost.",
        "zh": "会话已结束或尚未开始。请登录 Airflow 后重新打开本页；已保存的内容不会丢失。",
    },
    "error.401.link": {"en": "Sign in", "zh": "登录"},
    "error.403": {"en": "You may not do this", "zh": "没有权限"},
    "error.403.do": {
        "en": "Pages need the right to read Concord's DAGs in Airflow, decisions the right to "
        "edit them."
        " Ask an administrator of Airflow for a role that has it.",
        "zh": "查看页面需要在 Airflow 中对 Concord 的 DAG 有读取权限，做决定需要编辑权限。请向 "
        "Airflow 管理员申请相应角色。",
    },
    "error.404": {"en": "There is no such page or record", "zh": "没有这个页面或记录"},
    "error.404.do": {
        "en": "It may have been there and is gone: a record can be merged or deleted while its "
        "page is"
        " open. Look for it by its name or number.",
        "zh": "它可能已不存在：页面打开期间记录可能被合并或删除。请按名称或编号查找。",
    },
    "error.409": {"en": "Somebody was faster", "zh": "已被他人处理"},
    "error.409.do": {
        "en": "Nothing of yours was stored. Open the page again to see how it stands now.",
        "zh": "您的操作未被保存。请重新打开页面查看当前状态。",
    },
    "error.400": {"en": "This cannot be done as it was sent", "zh": "无法按所提交的内容执行"},
    "error.400.do": {
        "en": "Nothing was stored. Go back, correct what is named above, and send it again.",
        "zh": "没有保存任何内容。请返回，更正上述问题后重新提交。",
    },
    "error.413": {"en": "That is too much at once", "zh": "提交的内容过大"},
    "error.413.do": {
        "en": "Nothing was stored. Shorten what you typed, and send it again.",
        "zh": "没有保存任何内容。请缩短后重新提交。",
    },
    "error.503": {"en": "The hub cannot be reached", "zh": "无法连接中心库"},
    "error.503.do": {
        "en": "Nothing is lost. Try again in a minute; if it lasts, the operator sees why with"
        " ./concord status.",
        "zh": "数据没有丢失。请一分钟后重试；若持续出现，运维人员可用 ./concord status 查看原因。",
    },
    "error.500": {"en": "Something went wrong here", "zh": "页面出错"},
    "error.500.do": {
        "en": "Nothing was stored. Try again; if it comes back, tell the operator the time, "
        "{when}: the"
        " api-server's log has the cause.",
        "zh": "没有保存任何内容。请重试；若再次出现，请将时间 {when} 告知运维人员，原因在 "
        "api-server 日志中。",
    },
    "error.back": {"en": "To the overview", "zh": "返回总览"},
}

TEXTS: Mapping[str, Mapping[str, str]] = {**REPORT, **SHELL, **READ, **WORK}
"""The texts of all pages; the report's are those of the pages that it shares with the desk."""

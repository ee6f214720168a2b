"""A Grafana dashboard: the rules of its classic JSON model, as Grafana 9 and later read it."""

import re

COLUMNS = 24
SCHEMA = 36  # of Grafana 9.0; later ones convert it when they load it
REQUIRED = {"uid", "title", "schemaVersion", "time", "refresh", "templating", "panels"}
# what an export or a save leaves behind: it belongs to one Grafana
LEFT_BEHIND = {"id", "version", "iteration", "gnetId", "__inputs", "__requires", "__elements"}
PANELS = {"stat", "bargauge", "timeseries", "state-timeline"}
UNITS = {"none", "short", "percentunit", "s", "cps", "dateTimeFromNow"}
BUILT_IN = {"__all", "__interval", "__range", "__rate_interval"}
VARIABLE = re.compile(r"\$(?:\{(\w+)[^}]*\}|(\w+))")


def panels(dashboard):
    """The panels that show something."""
    return [panel for panel in dashboard["panels"] if panel["type"] != "row"]


def substitute(text, values):
    """The text with its variables replaced, as Grafana does before it asks the data source."""
    return VARIABLE.sub(lambda match: values[match[1] or match[2]], text)


def problems(dashboard):
    """What Grafana would refuse, ignore, or show wrongly: a list of sentences."""
    found = [f"no {key}" for key in sorted(REQUIRED - dashboard.keys())]
    found += [f"{key} is left behind" for key in sorted(LEFT_BEHIND & dashboard.keys())]
    if dashboard.get("schemaVersion") != SCHEMA:
        found.append("the schema is another one")
    if found:
        return found
    found += _grid(dashboard["panels"]) + _variables(dashboard)
    ids = [panel["id"] for panel in dashboard["panels"]]
    if len(set(ids)) < len(ids):
        found.append("an id is used twice")
    for panel in panels(dashboard):
        found += [f"{panel['title']}: {text}" for text in _panel(panel)]
    return found


def _grid(placed):
    found, taken = [], {}
    for panel in placed:
        x, y, w, h = (panel["gridPos"][key] for key in "xywh")
        if x < 0 or y < 0 or w < 1 or h < 1 or x + w > COLUMNS:
            found.append(f"{panel['title']} is out of the grid")
        for cell in ((i, j) for i in range(x, x + w) for j in range(y, y + h)):
            if taken.setdefault(cell, panel) is not panel:
                found.append(f"{panel['title']} overlaps {taken[cell]['title']}")
                break
    return found


def _variables(dashboard):
    variables = dashboard["templating"]["list"]
    names = {variable["name"] for variable in variables}
    used = {one or other for one, other in VARIABLE.findall(str(dashboard))}
    found = [f"nothing sets ${name}" for name in sorted(used - names - BUILT_IN)]
    found += [f"nothing uses ${name}" for name in sorted(names - used)]
    for variable in variables:
        if variable["type"] == "query":
            found += _source(variable)
        elif (variable["type"], variable["query"]) != ("datasource", "prometheus"):
            found.append(f"${variable['name']} is of another type")
    return found


def _source(part):
    if part.get("datasource") == {"type": "prometheus", "uid": "${datasource}"}:
        return []
    return ["the data source is not the chosen one"]


def _panel(panel):
    found = _source(panel)
    defaults = panel["fieldConfig"]["defaults"]
    if panel["type"] not in PANELS:
        found.append(f"unknown type {panel['type']}")
    if panel["type"] != "state-timeline" and defaults.get("unit") not in UNITS:
        found.append(f"unknown unit {defaults.get('unit')}")
    if panel["fieldConfig"].get("overrides") != [] or "options" not in panel:
        found.append("overrides or options are missing")
    if not panel.get("description"):
        found.append("no description")
    steps = defaults.get("thresholds", {}).get("steps")
    if defaults["color"]["mode"] == "thresholds" and not _steps_ascend(steps):
        found.append("the thresholds do not begin with null, and ascend")
    references = [target.get("refId") for target in panel["targets"]]
    if not references or len(set(references)) < len(references):
        found.append("no target, or a refId twice")
    for target in panel["targets"]:
        found += _source(target)
        if not target.get("expr") or not target.get("refId") or not target.get("legendFormat"):
            found.append("a target without refId, expr or legendFormat")
        if target.get("instant", False) == target.get("range", False):
            found.append("a target is either instant or of a range")
        if any(wanted not in target["expr"] for wanted in ('job=~"$job"', 'instance=~"$instance"')):
            found.append("a target does not heed the variables")
    return found


def _steps_ascend(steps):
    values = [step["value"] for step in steps or [{"value": 0}]]
    return values[0] is None and values[1:] == sorted(set(values[1:]))

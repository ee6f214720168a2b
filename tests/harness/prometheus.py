"""Prometheus, and node_exporter with its textfile collector alone."""

import json
import pathlib
import re
import subprocess
import urllib.error
import urllib.parse
import urllib.request

from .sandbox import STATE
from .servers import Process
from .tap import true, wait_for

SAMPLE = re.compile(r"^([a-z0-9_]+(?:\{.*\})?) (\S+)$", re.M)


def samples(text):
    """The numbers of a text in Prometheus's format, by metric and labels as written."""
    return {name: float(value) for name, value in SAMPLE.findall(text)}


def promtool(*arguments, text=None):
    """Run promtool; fail unless its status is 0."""
    result = subprocess.run(["promtool", *arguments], input=text, text=True, check=False,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    true(result.returncode == 0, f"promtool {' '.join(arguments)}:\n{result.stdout}")
    return result.stdout


class WebServer(Process):
    """A server that speaks HTTP on a port of the loopback interface."""

    def __init__(self, name, port, command, ready):
        self.url = f"http://127.0.0.1:{port}"
        super().__init__(name, command)

        def answers():
            true(self.alive(), f"{name} has ended:\n{self.log()}")
            try:
                self.get(ready)
                return True
            except urllib.error.URLError:
                return False

        wait_for(answers, f"{name} to answer")

    def get(self, path):
        with urllib.request.urlopen(self.url + path, timeout=60) as reply:
            return reply.read().decode()


class NodeExporter(WebServer):
    """node_exporter, whose textfile collector reads one folder."""

    PORT = 9100

    def __init__(self):
        self.folder = STATE / "node-exporter"
        self.folder.mkdir()
        super().__init__("node_exporter", self.PORT, [
            "prometheus-node-exporter", f"--web.listen-address=127.0.0.1:{self.PORT}",
            "--web.disable-exporter-metrics", "--collector.disable-defaults",
            "--collector.textfile", f"--collector.textfile.directory={self.folder}"], "/metrics")

    def metrics(self):
        return samples(self.get("/metrics"))


class Prometheus(WebServer):
    """A Prometheus that scrapes node_exporter ten times a second, with these rules."""

    def __init__(self, rules, targets=(f"127.0.0.1:{NodeExporter.PORT}",)):
        config = STATE / "prometheus.yml"
        config.write_text(json.dumps({  # JSON is YAML
            "global": {"scrape_interval": "100ms", "evaluation_interval": "100ms"},
            "rule_files": [str(rules)],
            "scrape_configs": [{"job_name": "node", "static_configs": [
                {"targets": list(targets)}]}]}))
        super().__init__("prometheus", 9090, [
            "prometheus", f"--config.file={config}", "--web.listen-address=127.0.0.1:9090",
            f"--storage.tsdb.path={STATE}/tsdb"], "/-/ready")

    def query(self, expression):
        """The result of an instant query: a list of (labels, number)."""
        reply = json.loads(self.get("/api/v1/query?" + urllib.parse.urlencode(
            {"query": expression})))
        return [(row["metric"], float(row["value"][1])) for row in reply["data"]["result"]]


def read_samples(path):
    """The numbers in a file."""
    return samples(pathlib.Path(path).read_text())

"""The page of all comparisons."""

PAGE = "experiments.html"


def write_report(lab):
    lab.run("report", *lab.results, "-o", lab.output / PAGE)

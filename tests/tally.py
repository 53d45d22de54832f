"""Adds up what meson's test logs of several build directories say: 'N passed, N failed' as the last line.

A test program that died or ran out of time counts as one failure besides what it reported."""
import json
import os
import sys
import xml.etree.ElementTree as xml

passed = failed = skipped = 0
for build in sys.argv[1:]:
    logs = os.path.join(build, "meson-logs")
    broken = set()
    for suite in xml.parse(os.path.join(logs, "testlog.junit.xml")).getroot().iter("testsuite"):
        for case in suite.iter("testcase"):
            kinds = {child.tag for child in case}
            bad = bool(kinds & {"failure", "error"})
            failed += bad
            skipped += not bad and "skipped" in kinds
            passed += not bad and "skipped" not in kinds
            if bad:
                broken.add(suite.get("name").split(".", 1)[-1])
    with open(os.path.join(logs, "testlog.json"), encoding="utf-8") as f:
        for line in f:
            test = json.loads(line)
            if test["result"] not in ("OK", "EXPECTEDFAIL", "SKIP") and test["name"] not in broken:
                failed += 1
                print("%s: %s" % (test["name"], test["result"]))
if skipped:
    print("%d skipped" % skipped)
print("%d passed, %d failed" % (passed, failed))
sys.exit(1 if failed or not passed else 0)

"""As much of JSON Schema (draft 2020-12) as docs/*.schema.json use. A keyword it does not know is an error, so that
a schema cannot promise what nothing checks."""
import json
import re

_TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}
_SAID = {"$schema", "$id", "$defs", "title", "description", "$comment", "default", "examples"}


def load(path):
    with open(path, encoding="utf-8") as f:
        return json.load(f)


def _is(value, name):
    if name == "integer":
        return isinstance(value, int) and not isinstance(value, bool)
    if name == "number":
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    return isinstance(value, _TYPES[name])


def problems(value, schema, root=None, where=""):
    """A list of sentences; empty where the value is as the schema says."""
    root = root if root is not None else schema
    if schema is True:
        return []
    found = []
    for key, rule in schema.items():
        if key in _SAID or (key == "additionalProperties" and rule is True):
            continue
        elif key == "$ref":
            assert rule.startswith("#/")
            target = root
            for part in rule[2:].split("/"):
                target = target[part]
            found += problems(value, target, root, where)
        elif key == "type":
            names = rule if isinstance(rule, list) else [rule]
            if not any(_is(value, n) for n in names):
                found.append("%s: %r is no %s" % (where, value, "/".join(names)))
        elif key == "enum":
            if value not in rule:
                found.append("%s: %r is none of %s" % (where, value, rule))
        elif key == "const":
            if value != rule:
                found.append("%s: %r is not %r" % (where, value, rule))
        elif key == "pattern":
            if isinstance(value, str) and not re.search(rule, value):
                found.append("%s: %r is not like %s" % (where, value, rule))
        elif key == "minimum":
            if isinstance(value, (int, float)) and value < rule:
                found.append("%s: %r is below %r" % (where, value, rule))
        elif key == "maximum":
            if isinstance(value, (int, float)) and value > rule:
                found.append("%s: %r is above %r" % (where, value, rule))
        elif key == "minLength":
            if isinstance(value, str) and len(value) < rule:
                found.append("%s: %r is too short" % (where, value))
        elif key == "minItems":
            if isinstance(value, list) and len(value) < rule:
                found.append("%s: fewer than %d items" % (where, rule))
        elif key == "maxItems":
            if isinstance(value, list) and len(value) > rule:
                found.append("%s: more than %d items" % (where, rule))
        elif key == "anyOf":
            if all(problems(value, r, root, where) for r in rule):
                found.append("%s: %r is none of the forms it may have" % (where, value))
        elif key == "required":
            if isinstance(value, dict):
                found += ["%s: %s is missing" % (where, k) for k in rule if k not in value]
        elif key == "properties":
            if isinstance(value, dict):
                for k, v in value.items():
                    if k in rule:
                        found += problems(v, rule[k], root, where + "/" + k)
        elif key == "additionalProperties":
            if isinstance(value, dict):
                for k, v in value.items():
                    if k not in schema.get("properties", {}):
                        found += ["%s: %s is not known" % (where, k)] if rule is False else \
                            problems(v, rule, root, where + "/" + k)
        elif key == "items":
            if isinstance(value, list):
                for i, v in enumerate(value):
                    found += problems(v, rule, root, "%s/%d" % (where, i))
        else:
            raise AssertionError("schema keyword %s is not known here" % key)
    return found

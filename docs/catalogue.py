"""What docs/update.py makes from the catalogue of layers: docs/LAYERS.md and the words of a configuration."""

# What frames the layers in a configuration.
FRAME = """class_name config module registered_name build_config compile_config layers inbound_nodes input_layers
output_layers args kwargs keras_history __keras_tensor__ __tensor__ __numpy__ __slice__ __ellipsis__ __lambda__
batch_shape batch_input_shape input_shape dtype DTypePolicy mixed_float16 float16 _CONSTANT_VALUE keras.layers
keras_version TFOpLambda SlicingOpLambda slice_spec function shared_object_id trainable name value start stop
step""".split()


def cell(text):
    return text.replace("|", "\\|")


def code(names):
    return ", ".join(f"`{n}`" for n in names)


def ranks(kind):
    if kind["rank_max"] == 0:
        return ""
    least = "" if kind["rank_min"] == kind["rank_max"] else f"{kind['rank_min']} to "
    return f"Input: {least}{kind['rank_max']} dimensions, the batch among them. "


def layer(kind):
    """One layer of docs/LAYERS.md."""
    decision = {"computed": "Computed", "identity": "Changes nothing at inference"}[kind["decision"]]
    masks = {"passes": "the output has the input's", "passes in keras 3": "the output has the input's, in Keras 2 none",
             "drops": "the output has none", "own": "by a rule of its own"}
    generation = "Keras 2 only, since" if kind["keras2_only"] else "Keras"
    out = [f"### {kind['name']}\n", f"{decision}: {kind['says']}\n"]
    called = f"Called with {code(kind['arguments'])}. " if kind["arguments"] else ""
    also = f" Also named {code(kind['other_names'])}." if kind["other_names"] else ""
    out.append(f"{generation} {kind['since']}{'' if kind['keras2_only'] else ' and later'}.{also} {ranks(kind)}"
               f"{called}Mask: {masks[kind['mask']]}.\n")
    if "weights" in kind:
        out.append(f"Weights: {kind['weights']}\n")
    keys = [k for k in kind["keys"] if k["effect"]]
    if keys:
        out += ["| key | takes |", "|---|---|", *(f"| `{k['key']}` | {cell(k['takes'])} |" for k in keys), ""]
    spare = [k["key"] for k in kind["keys"] if not k["effect"]]
    if spare:
        out.append(f"Checked, without effect: {code(spare)}\n")
    return "\n".join(out)


def page(tables):
    """docs/LAYERS.md."""
    kinds = tables["kinds"]
    count = {d: sum(k["decision"] == d and k["area"] == "layer" for k in kinds)
             for d in ("computed", "identity", "refused")}
    raw = [k for k in kinds if k["area"] == "operation"]
    out = ["# Layers\n",
           "Every class and operation of Keras that Airlock knows; `airlock explain layer.Dense` says the same of",
           "one. What is not here is refused, and so is a key that a layer does not have, or a value that it does",
           "not take.",
           "Made from the catalogue (validator/catalogue.def, validator/families/) by docs/update.py.\n",
           f"{count['computed']} layers are computed, {count['identity']} change nothing at inference,",
           f"{count['refused']} are refused; {len(raw)} operations of graphs are computed.\n",
           "Keras 2.6 stands for all that came while Keras was a part of TensorFlow (2.0 to 2.5). Any layer may",
           "besides have `name`, `trainable`, `dtype` and what Keras 2 writes about its input (`batch_input_shape` …).\n",
           f"A built-in activation is one of {code(tables['activations'])}.\n"]
    family = None
    for kind in kinds:
        if kind["area"] == "operation" or kind["decision"] == "refused":
            continue
        if kind["family"] != family:
            family = kind["family"]
            out.append(f"## {family.capitalize()}\n")
        out.append(layer(kind))
    out += ["## Refused\n", "| layer | Keras | why | finding |", "|---|---|---|---|"]
    out += [f"| `{k['name']}` | {k['since']} | {cell(k['says'])} | [{k['finding']}](FINDINGS.md#"
            f"{k['finding'].replace('.', '')}) |" for k in kinds if k["decision"] == "refused"]
    out += ["\n## Operations\n",
            "Functional models of Keras 3 hold them as objects of `keras.src.ops`, those of Keras 2 as calls of",
            "TensorFlow's functions (TFOpLambda, SlicingOpLambda).\n",
            "| operation | computes | called with | keys | in Keras 2 | Keras 3 |", "|---|---|---|---|---|---|"]
    for k in raw:
        keys = "; ".join(f"`{p['key']}`: {cell(p['takes'])}" for p in k["keys"])
        row = [f"`{k['name']}`", cell(k["says"]), code(k["arguments"]), keys, code(k["functions"]), k["since"]]
        out.append("|" + "|".join(f" {c} " if c else " " for c in row) + "|")
    return "\n".join(out) + "\n"


def words(tables):
    """Every word that a configuration of Keras may hold, for a fuzzer."""
    found = list(FRAME)
    for k in tables["kinds"]:
        found += [k["name"], *k["other_names"], *k["modules"], *k["functions"], *k["arguments"]]
        for p in k["keys"]:
            found += [p["key"], *p["choices"]]
    return found + [a for a in tables["activations"] if " " not in a]

"""The forms in which Keras writes a model, for the programs that compare airlock with it."""
import contextlib
import io
import os


def of(version):
    """The forms that this release can write, as `save` takes them."""
    if version.startswith("3."):
        return ["keras", "keras", "h5", "weights"]
    late = tuple(int(n) for n in version.split(".")[:2]) >= (2, 12)
    return ["h5", "h5", "legacy-weights"] + (["keras", "keras", "weights"] if late else [])


def save(version, model, form, folder):
    """Writes the model; returns the arguments that name it to airlock."""
    names = {"weights": "model.weights.h5", "legacy-weights": "weights.h5"}
    path = os.path.join(folder, names.get(form, "model." + form))
    with contextlib.redirect_stderr(io.StringIO()):
        if form in names:
            model.save_weights(path)
            architecture = os.path.join(folder, "model.json")
            with open(architecture, "w") as f:
                f.write(model.to_json())
            return ["--architecture", architecture, path]
        if form == "keras" and version.startswith("2.12"):
            model.save(path, save_format="keras_v3")
        else:
            model.save(path)
    return [path]

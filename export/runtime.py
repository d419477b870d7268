"""ONNX Runtime, told before it is imported to send nothing: its wheels would else keep a device id and call home."""

import os

os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # only what stands there at the import counts

import onnxruntime

__all__ = ["onnxruntime"]

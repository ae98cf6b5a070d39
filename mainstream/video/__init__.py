"""The synthetic world and its video: scenes, objects, weather, frames with labels, H.264 files with truth."""

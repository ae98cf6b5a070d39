# A camera sends packets over a socket. Here the "camera" is a thread that serves the film as an MPEG transport stream;
# reading is timed by itself, from the file and from the socket, to stand beside the stages of the pipeline.
import io
import socket
from threading import Thread

import av

from mainstream.runner.profiler import milliseconds

stream = io.BytesIO()
with av.open(str(video)) as film, av.open(stream, "w", format="mpegts") as sent:
    track = sent.add_stream_from_template(film.streams.video[0])  # other wrapping, same packets: nothing is encoded
    for packet in film.demux(video=0):
        if packet.dts is not None:
            packet.stream = track
            sent.mux(packet)


def camera(server):
    """Sends the whole stream to the first who calls."""
    with server.accept()[0] as caller:
        caller.sendall(stream.getvalue())


server = socket.create_server(("127.0.0.1", 0))
Thread(target=camera, args=(server,), daemon=True).start()
places = {"read (file)": str(video), "read (network)": f"tcp://127.0.0.1:{server.getsockname()[1]}"}
rows = costs.set_index("stage").median_ms[["decode", "resize", "openvino"]].to_dict()
for name, url in places.items():
    with av.open(url, options={"probesize": "5000", "analyzeduration": "0"}) as source:  # else much is read ahead
        packets = source.demux(video=0)
        rows[name] = milliseconds(lambda p=packets: next(p), repeats).mean()  # the mean: packets come in lumps
server.close()

whole = pd.Series(rows, name="ms per frame").loc[[*places, "decode", "resize", "openvino"]].to_frame()
whole["share"] = whole["ms per frame"] / whole["ms per frame"].drop("read (file)").sum()
whole.loc["read (file)", "share"] = np.nan
print(whole.round(4).to_string())
# All frames lie ready here. A real camera makes everybody wait between two frames, but waiting is no cost: the
# processor is free for the networks meanwhile. What a network adds is delay, and loss, of which this loop has neither.

# docker build -t mainstream . && docker run --rm -p 8888:8888 mainstream          JupyterLab on port 8888
# docker run --rm -v "$PWD/results:/kit/results" mainstream ./run_all.sh             everything, in a batch
FROM python:3.11-slim
WORKDIR /kit
COPY scripts scripts
COPY requirements.lock pyproject.toml README.md LICENSE ./
COPY mainstream mainstream
COPY streetworld streetworld
RUN bash -c '. scripts/install.sh && install_kit'
COPY . .
CMD [".venv/bin/mainstream", "lab", "--no-browser", "--ip=0.0.0.0", "--allow-root"]

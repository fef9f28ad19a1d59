"""The register of equipment 设施设备: what there is, how it fares, when it is to be maintained, what meters say."""

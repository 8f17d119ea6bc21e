package io.fanatic.harness.iperf.protocol;

import io.fanatic.harness.throughput.IperfSpec;
import java.nio.charset.StandardCharsets;

/**
 * The two JSON texts that an iperf3 of somebody else sends: a client's parameters and the results. Documented:
 * {@link ProtocolException}.
 */
public final class IperfJsonFuzz {
    private IperfJsonFuzz() {}

    public static void fuzzerTestOneInput(byte[] data) {
        String text = new String(data, StandardCharsets.UTF_8);
        IperfSpec spec;
        try {
            spec = ParametersJson.read(text);
        } catch (ProtocolException documented) {
            spec = null;
        }
        if (spec != null) {
            // What we took, we can ask of another server, which understands the same.
            String ours = ParametersJson.write(spec);
            if (!ParametersJson.write(ParametersJson.read(ours)).equals(ours)) {
                throw new AssertionError("read back otherwise: " + ours);
            }
        }
        try {
            ResultsJson.read(text);
        } catch (ProtocolException documented) {
            // The only one.
        }
    }
}

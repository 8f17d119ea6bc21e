package io.fanatic.harness.probe;

import io.fanatic.core.MacAddress;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A place from which raw Ethernet frames can be sent. */
public sealed interface FrameSender permits TunnelFrameSender, IpipFrameSender, LinkFrameSender {

    /** @throws IOException when there is no socket to be had */
    Open open() throws IOException;

    /** The sockets behind it; to be closed. */
    interface Open extends Closeable {

        /** The Ethernet address that frames from here should carry as their source. */
        MacAddress mac();

        /** Sends a whole Ethernet frame, from the buffer's position to its limit. */
        void send(ByteBuffer frame) throws IOException;
    }
}

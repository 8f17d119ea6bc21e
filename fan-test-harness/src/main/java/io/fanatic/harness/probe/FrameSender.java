package io.fanatic.harness.probe;

import io.fanatic.core.MacAddress;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A place from which raw Ethernet frames can be sent. */
public sealed interface FrameSender permits TunnelFrameSender, IpipFrameSender, LinkFrameSender {

    /**
     * Opens what frames are sent by.
     *
     * @return the open sockets
     * @throws IOException when there is no socket to be had
     */
    Open open() throws IOException;

    /** The sockets behind it; to be closed. */
    interface Open extends Closeable {

        /** {@return the Ethernet address that frames from here should carry as their source} */
        MacAddress mac();

        /**
         * Sends a whole Ethernet frame, from the buffer's position to its limit.
         *
         * @param frame up to the outer MTU
         * @throws IOException when the kernel refuses it
         */
        void send(ByteBuffer frame) throws IOException;
    }
}

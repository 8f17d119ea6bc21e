package io.fanatic.harness.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.core.IpFamily;
import io.fanatic.harness.net.InternetChecksum;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import org.junit.jupiter.api.Test;

class IcmpEchoTest {

    private final IcmpEcho echo = new IcmpEcho(IpFamily.IPV4, 0x1234, 0x0102030405060708L, 57);

    @Test
    void aReplyIsTheRequestWithTypeZero() {
        assertThat(echo.isReply(reply(echo, 7), 7)).isTrue();
    }

    @Test
    void theRequestItselfIsNoReply() {
        ByteBuf packet = reply(echo, 7);
        fixType(packet, 8);
        assertThat(echo.isReply(packet, 7)).isFalse();
    }

    @Test
    void anotherNumberIdentifierOrNonceIsNotOurs() {
        assertThat(echo.isReply(reply(echo, 7), 8)).isFalse();
        assertThat(echo.isReply(reply(new IcmpEcho(IpFamily.IPV4, 0x1235, echo.nonce(), 57), 7), 7))
                .isFalse();
        assertThat(echo.isReply(reply(new IcmpEcho(IpFamily.IPV4, 0x1234, 1, 57), 7), 7))
                .isFalse();
    }

    @Test
    void everyFlippedBitIsNoticed() {
        for (int bit = 20 * 8; bit < (20 + 8 + 57) * 8; bit++) {
            ByteBuf packet = reply(echo, 7);
            packet.setByte(bit / 8, packet.getByte(bit / 8) ^ 1 << bit % 8);
            assertThat(echo.isReply(packet, 7)).as("bit %d", bit).isFalse();
        }
    }

    @Test
    void shortPacketsAreNotRead() {
        ByteBuf whole = reply(echo, 7);
        for (int length = 0; length < whole.readableBytes(); length++) {
            assertThat(echo.isReply(whole.copy(0, length), 7)).isFalse();
        }
    }

    private static ByteBuf reply(IcmpEcho echo, int sequence) {
        ByteBuf packet = Unpooled.buffer().writeByte(0x45).writeZero(19);
        packet.writeBytes(echo.request(new UnpooledByteBufAllocator(false, true), sequence));
        fixType(packet, 0);
        return packet;
    }

    private static void fixType(ByteBuf packet, int type) {
        packet.setByte(20, type).setShort(22, 0);
        packet.setShort(22, ~InternetChecksum.sum(packet, 20, packet.readableBytes() - 20));
    }

    /** The kernel takes the header off, and looks at the checksum. */
    @Test
    void aReplyOfIpv6HasOtherTypesAndNoHeader() {
        IcmpEcho ipv6 = new IcmpEcho(IpFamily.IPV6, 0x1234, 1, 57);
        ByteBuf message = ipv6.request(UnpooledByteBufAllocator.DEFAULT, 7);
        assertThat(message.getUnsignedByte(0)).isEqualTo((short) 128);
        assertThat(ipv6.isReply(message, 7)).isFalse();
        message.setByte(0, 129);
        assertThat(ipv6.isReply(message, 7)).isTrue();
        assertThat(ipv6.isReply(message, 8)).isFalse();
        assertThat(ipv6.isReply(message.slice(0, message.readableBytes() - 1), 7))
                .isFalse();
        assertThat(ipv6.isReply(message.slice(0, 7), 7)).isFalse();
        message.setByte(20, message.getByte(20) + 1);
        assertThat(ipv6.isReply(message, 7)).isFalse();
        message.release();
    }
}

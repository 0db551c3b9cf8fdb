/**
 * The devices that come with the package. Registering is cheap: a device is made when it is first used.
 *
 * @module
 */
